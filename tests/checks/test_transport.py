"""Asking over libcurl: true timings, one deadline, bounds, and the right cause for everything a server can do to us."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
import struct
import sys
import time
import zlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from checks.runner import Finding
from core.health import Cause, Phases
from tests.checks.conftest import Reader, Seen, Servers, Writer, answer, answering, read_request

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]
Tls = Callable[..., ssl.SSLContext]


def url(port: int, scheme: str = "http", host: str = "127.0.0.1") -> dict[str, str]:
    return {"url": f"{scheme}://{host}:{port}/health?page=1"}


async def test_a_good_answer_is_up(check: Check, serve: Servers) -> None:
    seen = Seen()
    finding = await check("http", url(await serve(answering(answer(body=b"ok"), seen=seen))))
    assert (finding.outcome.cause, finding.outcome.http_status) == (None, 200)
    assert seen.requests[0].startswith("GET /health?page=1 HTTP/1.1\r\n")
    assert "user-agent: integration-health/test" in seen.requests[0].lower()


async def test_phases_agree_with_the_servers_own_clock(check: Check, serve: Servers, tls: Tls) -> None:
    seen = Seen()
    port = await serve(answering(answer(body=b"ok"), seen=seen), tls())
    begun = time.monotonic()
    finding = await check("http", url(port, "https", "localhost"))
    ended, phases = time.monotonic(), finding.phases
    assert phases is not None
    parts = [phases.dns_us, phases.connect_us, phases.tls_us, phases.first_byte_us, phases.transfer_us]
    assert all(part is not None and part >= 0 for part in parts)
    assert sum(part or 0 for part in parts) == finding.total_us
    until_asked = (phases.dns_us or 0) + (phases.connect_us or 0) + (phases.tls_us or 0)
    assert begun + until_asked / 1e6 <= seen.asked_at[0]
    assert finding.total_us >= 1e6 * (seen.answered_at[0] - seen.accepted_at[0]) - (phases.tls_us or 0)
    assert begun + finding.total_us / 1e6 <= ended


async def test_a_kept_connection_hides_its_phases(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(body=b"ok"), seen=seen))
    first, second = [await check("http", url(port, host="localhost"), reuse=True) for _ in range(2)]
    assert first.phases is not None
    assert first.phases.connect_us is not None
    assert (
        second.phases == Phases(first_byte_us=second.phases.first_byte_us, transfer_us=second.phases.transfer_us)
        if second.phases
        else False
    )
    assert len(seen.accepted_at) == 1


async def test_a_check_opens_a_new_connection_unless_told_otherwise(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(body=b"ok"), seen=seen))
    for _ in range(3):
        assert (await check("http", url(port))).phases is not None
    assert len(seen.accepted_at) == 3


async def test_http_2_is_spoken_where_the_server_offers_it(check: Check, serve: Servers, tls: Tls) -> None:
    offered = tls()
    offered.set_alpn_protocols(["h2", "http/1.1"])

    async def speak_http_2(reader: Reader, writer: Writer) -> None:
        await reader.readexactly(24)  # the client's preface
        writer.write(_frame(4, 0, 0))  # settings
        while True:
            head = await reader.readexactly(9)
            length, kind, stream = int.from_bytes(head[:3]), head[3], int.from_bytes(head[5:])
            await reader.readexactly(length)
            if kind == 1:
                writer.write(_frame(1, 5, stream, b"\x88"))  # headers: `:status 200`, end of both

    finding = await check("http", url(await serve(speak_http_2, offered), "https"))
    assert finding.outcome.cause is None
    assert finding.evidence is not None
    assert finding.evidence.response.startswith("HTTP/2 200")


async def test_a_slow_drip_ends_at_its_deadline(check: Check, serve: Servers) -> None:
    async def drip(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)  # the drip itself, not a wait of the test

    finding = await check("http", url(await serve(drip)), timeout_s=1.5)
    assert finding.outcome.cause is Cause.TIMEOUT
    assert "had begun" in finding.outcome.detail
    assert 1_400_000 < finding.total_us < 3_750_000


async def test_a_server_that_never_answers_is_a_timeout(check: Check, serve: Servers) -> None:
    async def silence(reader: Reader, writer: Writer) -> None:
        await reader.read()

    finding = await check("http", url(await serve(silence)), timeout_s=1.5)
    assert finding.outcome.cause is Cause.TIMEOUT
    assert "No answer" in finding.outcome.detail
    assert finding.phases is not None
    assert finding.phases.connect_us is not None


async def test_a_gzip_bomb_costs_its_limit(check: Check, serve: Servers) -> None:
    bomb = answer(body=_gzip_of_zeros(512), content_encoding="gzip", content_type="text/html")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    finding = await check("http", url(await serve(answering(bomb))))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024)
    assert finding.outcome.cause is Cause.CONTRACT
    assert "longer than 1 MiB" in finding.outcome.detail
    assert grown < 64 << 20


async def test_a_long_page_is_up_where_nobody_asked_for_its_text(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(body=b"long page, not a bomb. " * 100_000)))
    assert (await check("http", url(port))).outcome.cause is None
    read = await check("http", {**url(port), "expect": {"text": "the end"}})
    assert (read.outcome.cause, "longer than" in read.outcome.detail) == (Cause.CONTRACT, True)


@pytest.mark.parametrize("headers", [b"x-giant: " + b"a" * 200_000, b"\r\n".join([b"x-many: " + b"a" * 500] * 400)])
async def test_giant_headers_are_refused(check: Check, serve: Servers, headers: bytes) -> None:
    port = await serve(answering(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\ncontent-length: 0\r\n\r\n"))
    assert (await check("http", url(port))).outcome.cause is Cause.CONTRACT


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\x01\x02 not http at all\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/9.9 hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    ],
)
async def test_what_is_not_http_breaks_the_contract(check: Check, serve: Servers, garbage: bytes) -> None:
    async def talk(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(garbage)
        await writer.drain()

    assert (await check("http", url(await serve(talk)))).outcome.cause is Cause.CONTRACT


async def test_a_connection_that_breaks_is_a_network_failure(check: Check, serve: Servers) -> None:
    async def reset(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no goodbye
        writer.transport.abort()

    async def hang_up(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")
        await writer.drain()

    for handler in (reset, hang_up):
        assert (await check("http", url(await serve(handler)))).outcome.cause is Cause.CONNECT


async def test_nobody_there_is_a_connect_failure(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer()))
    serve.running[0].close()
    await serve.running[0].wait_closed()
    finding = await check("http", url(port))
    assert finding.outcome.cause is Cause.CONNECT
    assert finding.evidence is not None
    assert "Nobody answered" in (finding.evidence.error or "")


async def test_a_certificate_for_another_host_is_a_tls_failure(check: Check, serve: Servers, tls: Tls) -> None:
    finding = await check("http", url(await serve(answering(answer()), tls("other.example")), "https", "localhost"))
    assert finding.outcome.cause is Cause.TLS


async def test_an_expired_certificate_is_a_tls_failure(check: Check, serve: Servers, tls: Tls) -> None:
    expired = tls("localhost", expires=datetime.now(UTC) - timedelta(days=1))
    finding = await check("http", url(await serve(answering(answer()), expired), "https", "localhost"))
    assert (finding.outcome.cause, "expired" in finding.outcome.detail) == (Cause.TLS, True)


async def test_an_unknown_authority_is_a_tls_failure(check: Check, serve: Servers, tls: Tls) -> None:
    finding = await check("http", url(await serve(answering(answer()), tls("localhost", signed_by=trustme.CA())), "https", "localhost"))
    assert finding.outcome.cause is Cause.TLS


async def test_plain_http_where_tls_was_expected_is_a_tls_failure(check: Check, serve: Servers) -> None:
    async def plain(reader: Reader, writer: Writer) -> None:
        writer.write(answer())
        await reader.read(1)

    assert (await check("http", url(await serve(plain), "https"))).outcome.cause is Cause.TLS


async def test_many_at_once_all_come_back(check: Check, serve: Servers) -> None:
    ports = [await serve(answering(answer(body=b"ok"))) for _ in range(10)]
    findings = await asyncio.gather(*(check("http", url(port)) for port in ports for _ in range(10)))
    assert {finding.outcome.cause for finding in findings} == {None}


async def test_a_cancelled_run_leaves_nothing_behind(check: Check, serve: Servers) -> None:
    asked = asyncio.Event()
    gone = asyncio.Event()

    async def wait(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        asked.set()
        await reader.read()
        gone.set()

    task = asyncio.ensure_future(check("http", url(await serve(wait)), timeout_s=60.0))
    await asyncio.wait_for(asked.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(gone.wait(), 5)


def _gzip_of_zeros(mebibytes: int) -> bytes:
    """A flushed block depends on nothing before it, so one can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block * mebibytes + b"\x03\x00" + bytes(8)


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload
