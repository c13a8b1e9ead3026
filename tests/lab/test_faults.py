"""Every fault does on the wire what its name says."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest

from lab.faults import STAGE_OF, Fault, Kind, Stage
from lab.world import Lab
from tests.lab.asking import ask

pytestmark = pytest.mark.anyio

DEADLINE_S = 3.0


def trusting(lab: Lab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab.ca_file))


async def raw(lab: Lab, slug: str, *, trust: ssl.SSLContext | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", lab.port(slug), ssl=trust, server_hostname="127.0.0.1" if trust else None)


async def sent(lab: Lab, slug: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A TLS connection on which the vendor's plain question has been sent."""
    reader, writer = await raw(lab, slug, trust=trusting(lab))
    writer.write(b"GET /client/v4/ips HTTP/1.1\r\nHost: lab\r\n\r\n")
    return reader, writer


def test_every_kind_has_a_stage() -> None:
    assert set(STAGE_OF) == set(Kind)
    assert set(STAGE_OF.values()) == set(Stage)


async def test_the_labs_certificates_are_trusted_through_its_ca_alone(lab: Lab) -> None:
    reader, writer = await sent(lab, "cloudflare")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        await raw(lab, "cloudflare", trust=ssl.create_default_context())


async def test_refused_is_a_refused_connection_and_the_port_comes_back(lab: Lab, client: httpx.AsyncClient) -> None:
    port = lab.port("stripe")
    lab.break_("stripe", Kind.REFUSED)
    with pytest.raises(ConnectionRefusedError):
        await raw(lab, "stripe")
    lab.heal("stripe")
    assert (await ask(client, lab, "stripe")).status_code == 200
    assert lab.port("stripe") == port


async def test_refused_ends_connections_that_were_open(lab: Lab) -> None:
    reader, writer = await raw(lab, "stripe", trust=trusting(lab))
    lab.break_("stripe", Kind.REFUSED)
    async with asyncio.timeout(DEADLINE_S):
        assert await reader.read() == b""
    writer.close()


async def test_reset_is_a_reset_before_a_byte(lab: Lab) -> None:
    lab.break_("stripe", Kind.RESET)
    with pytest.raises(ConnectionError):
        await raw(lab, "stripe", trust=trusting(lab))


async def test_silent_takes_the_connection_and_says_nothing(lab: Lab) -> None:
    lab.break_("stripe", Kind.SILENT)
    reader, writer = await raw(lab, "stripe")
    writer.write(b"\x16\x03\x01")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.WRONG_HOST, "mismatch"), (Kind.EXPIRED, "expired"), (Kind.SELF_SIGNED, "self-signed")],
)
async def test_a_wrong_certificate_is_wrong_in_its_own_way(lab: Lab, kind: Kind, words: str) -> None:
    lab.break_("stripe", kind)
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        await raw(lab, "stripe", trust=trusting(lab))
    lab.heal("stripe", kind)
    _, writer = await raw(lab, "stripe", trust=trusting(lab))
    writer.close()


async def test_latency_is_the_right_answer_late(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("stripe", Fault(Kind.LATENCY, delay_s=0.3))
    begun = time.monotonic()
    answer = await ask(client, lab, "stripe")
    assert answer.status_code == 200
    assert time.monotonic() - begun >= 0.3


async def test_a_reset_in_the_header_leaves_half_a_header(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.RESET_HEADER)
    got, error = await until_broken(lab)
    assert got.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n" not in got
    assert isinstance(error, ConnectionResetError)


async def test_a_reset_in_the_body_leaves_half_a_body(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.RESET_BODY)
    got, error = await until_broken(lab)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1])
    assert 0 < len(body) < length
    assert isinstance(error, ConnectionResetError)


async def until_broken(lab: Lab) -> tuple[bytes, Exception | None]:
    reader, writer = await sent(lab, "cloudflare")
    got, error = b"", None
    try:
        async with asyncio.timeout(DEADLINE_S):
            while piece := await reader.read(1024):
                got += piece
    except OSError as broken:
        error = broken
    writer.close()
    return got, error


async def test_a_drip_comes_byte_by_byte(lab: Lab) -> None:
    lab.break_("cloudflare", Fault(Kind.DRIP, delay_s=0.02))
    reader, writer = await sent(lab, "cloudflare")
    async with asyncio.timeout(DEADLINE_S):
        await reader.readuntil(b"\r\n\r\n")
        pieces = [await reader.read(1024) for _ in range(8)]
    assert max(map(len, pieces)) <= 2
    writer.close()


async def test_a_bomb_is_small_on_the_wire_and_large_behind_it(lab: Lab) -> None:
    lab.break_("cloudflare", Fault(Kind.BOMB, size_mb=8))
    reader, writer = await sent(lab, "cloudflare")
    head = await reader.readuntil(b"\r\n\r\n")
    body = await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
    assert b"content-encoding: gzip" in head.lower()
    assert len(body) < 20_000
    assert len(gzip.decompress(body)) == 8 << 20
    writer.close()


async def test_a_giant_header_is_as_large_as_it_was_told(lab: Lab) -> None:
    lab.break_("cloudflare", Fault(Kind.GIANT_HEADER, size_mb=1))
    reader, writer = await sent(lab, "cloudflare")
    got = b""
    async with asyncio.timeout(DEADLINE_S):
        while b"\r\n\r\n" not in got:
            got += await reader.read(1 << 16)
    first, filler, *others = got.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert first.startswith(b"HTTP/1.1 200")
    assert filler == b"x-filler: " + b"a" * (1 << 20)
    assert any(line.lower().startswith(b"content-length: ") for line in others), "and the right answer behind it"
    writer.close()


async def test_a_reader_that_goes_ends_a_giant_header_quietly(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.break_("cloudflare", Fault(Kind.GIANT_HEADER, size_mb=32))
    reader, writer = await sent(lab, "cloudflare")
    await reader.read(100)
    writer.transport.abort()
    lab.heal_all()
    reader, writer = await sent(lab, "cloudflare")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    assert not [record for record in caplog.records if record.name == "integration_health.lab"]


async def test_what_is_not_http_is_not_http(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("cloudflare", Kind.NOT_HTTP)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(lab.url("cloudflare"))


async def test_garbage_calls_itself_json_and_is_none(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("cloudflare", Kind.GARBAGE)
    answer = await client.get(lab.url("cloudflare"))
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(ValueError, match=r"codec|JSON|value"):
        answer.json()


async def test_a_redirect_loop_leads_to_itself(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("cloudflare", Kind.REDIRECT_LOOP)
    with pytest.raises(httpx.TooManyRedirects):
        await client.get(lab.url("cloudflare") + "/client/v4/ips", follow_redirects=True)


async def test_a_redirect_leads_to_the_metadata_address(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("cloudflare", Kind.REDIRECT_METADATA)
    answer = await client.get(lab.url("cloudflare"))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://169.254.169.254/")


async def test_a_redirect_elsewhere_leads_to_another_origin(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("stripe", Kind.REDIRECT_ELSEWHERE)
    answer = await ask(client, lab, "stripe")
    assert answer.headers["location"] == lab.canaries[0]
    followed = await client.get(answer.headers["location"])
    assert followed.status_code == 200


async def test_a_deprecated_answer_is_right_and_says_until_when(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("stripe", Kind.DEPRECATED)
    answer = await ask(client, lab, "stripe")
    assert answer.json()["object"] == "balance"
    assert answer.headers["sunset"].endswith("GMT")
    assert answer.headers["deprecation"].startswith("@")
    assert 'rel="deprecation"' in answer.headers["link"]


async def test_faults_of_two_stages_act_together(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("stripe", Kind.SERVER_ERROR)
    lab.break_("stripe", Fault(Kind.LATENCY, delay_s=0.2))
    begun = time.monotonic()
    assert (await ask(client, lab, "stripe")).status_code == 503
    assert time.monotonic() - begun >= 0.2


async def test_a_port_without_http_takes_connections_and_can_be_refused(lab: Lab) -> None:
    _, writer = await raw(lab, "postgres_orders")
    writer.close()
    lab.break_("postgres_orders", Kind.REFUSED)
    with pytest.raises(ConnectionRefusedError):
        await raw(lab, "postgres_orders")


async def test_nonsense_from_a_client_ends_its_connection_alone(lab: Lab, client: httpx.AsyncClient) -> None:
    for nonsense in (
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a" * 100_000,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n",
    ):
        reader, writer = await raw(lab, "cloudflare", trust=trusting(lab))
        writer.write(nonsense + b"x" * 2_000_000)
        async with asyncio.timeout(DEADLINE_S):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()
    assert (await client.get(lab.url("cloudflare") + "/client/v4/ips")).status_code == 200


async def test_a_wanted_port_is_had_and_a_taken_one_is_not_fatal() -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken:
        async with Lab(["stripe"]) as first:
            wanted = dict(first.ports_in_use)
        async with Lab(["stripe"], ports={**wanted, "canary-1": taken.getsockname()[1]}) as second:
            assert second.port("stripe") == wanted["api-stripe"]
            assert second.ports_in_use["canary-1"] != taken.getsockname()[1]


async def test_the_whole_lab_starts_in_a_second_and_leaves_nothing_running() -> None:
    before = asyncio.all_tasks()
    begun = time.monotonic()
    async with Lab() as lab:
        took = time.monotonic() - begun
        _, writer = await raw(lab, "stripe", trust=trusting(lab))
        writer.close()
    assert took < 1.0
    assert asyncio.all_tasks() == before
    assert not lab.ca_file.exists()


@pytest.mark.parametrize(
    ("kind", "unpacked"),
    [(Kind.BOMB, lambda body: zlib.decompress(body, 31)), (Kind.DEFLATE_BOMB, zlib.decompress)],
    ids=["gzip", "deflate"],
)
async def test_a_packed_body_is_whole_to_its_check_sum(lab: Lab, kind: Kind, unpacked: Callable[[bytes], bytes]) -> None:
    lab.break_("cloudflare", Fault(kind, size_mb=3))
    _, body = await answered(lab)
    assert unpacked(body) == bytes(3 << 20)


async def test_deep_json_is_json_that_is_deep(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.DEEP_JSON)
    _, body = await answered(lab)
    assert (body[:10_001], len(body)) == (b"[" * 10_000 + b"]", 20_000)


async def test_odd_json_is_json_all_the_same(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.ODD_JSON)
    _, body = await answered(lab)
    read = json.loads(body, parse_int=str, object_pairs_hook=list)
    assert [name for name, _ in read][:2] == ["ok", "ok"]
    assert len(dict(read)["id"]) == 5_000
    assert dict(read)["name"] == "\ud800"


async def test_a_wrong_length_is_wrong_in_its_own_way(lab: Lab) -> None:
    for kind, wrong in ((Kind.LONG_LENGTH, lambda real: real + 100), (Kind.SHORT_LENGTH, lambda real: real // 2)):
        lab.break_("cloudflare", kind)
        head, body = await answered(lab)
        assert head.endswith(b"content-length: %d" % wrong(len(body)))
        lab.heal_all()


async def test_broken_chunks_break_in_the_second(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.BROKEN_CHUNKS)
    head, body = await answered(lab)
    assert b"transfer-encoding: chunked" in head
    assert body.startswith(b'5\r\n{"ok"\r\nzz\r\n')


async def test_many_headers_are_ten_thousand(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.MANY_HEADERS)
    head, _ = await answered(lab)
    assert head.count(b"\r\nx-filler: a") == 10_000


async def test_what_has_no_end_goes_on_past_any_limit(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.ENDLESS)
    reader, writer = await sent(lab, "cloudflare")
    async with asyncio.timeout(DEADLINE_S):
        assert len(await reader.readexactly(3 << 20)) == 3 << 20
    writer.close()


async def test_plain_words_stand_where_tls_should(lab: Lab) -> None:
    lab.break_("cloudflare", Kind.PLAINTEXT)
    reader, writer = await raw(lab, "cloudflare")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


async def answered(lab: Lab) -> tuple[bytes, bytes]:
    """Head and body, to where the server ends."""
    reader, writer = await raw(lab, "cloudflare", trust=trusting(lab))
    writer.write(b"GET /client/v4/ips HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(DEADLINE_S):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, body
