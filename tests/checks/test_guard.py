"""What may be asked, and that the refusal comes before the first packet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import httpx
import pytest

from checks.guard import Blocked
from checks.kinds import kinds
from checks.lookups import Find, Lookups
from checks.runner import Finding, Job, Runner, make_runner
from checks.transfer import Order, Transfer
from checks.transport_thread import TransferThread
from core.address import AddressPolicy
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]


async def test_a_private_target_needs_the_opt_in(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve.on_web_port(answering(answer(), seen=seen))
    for host in ("127.0.0.1", "[::ffff:127.0.0.1]"):
        finding = await check("http", {"url": f"http://{host}:{port}/"}, private_targets=False)
        assert finding.outcome.detail == "127.0.0.1 is not a public address; private_targets would allow it."
        assert finding.outcome.cause is Cause.BLOCKED
    assert seen.accepted_at == []


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fd00:ec2::254]/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://[64:ff9b::a9fe:a9fe]/",  # NAT64
        "http://[2002:a9fe:a9fe::]/",  # 6to4
        "http://[2001:0:4136:e378:8000:63bf:5601:5601]/",  # Teredo
        "http://[fe80::1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[::169.254.169.254]/",  # IPv4-compatible
        "http://169.254.169.254./",
    ],
)
async def test_no_opt_in_opens_these(check: Check, url: str) -> None:
    finding = await check("http", {"url": url})
    assert finding.outcome.cause in (Cause.BLOCKED, Cause.CONFIG)  # httpx itself refuses some of these spellings
    assert finding.phases is None or finding.phases.connect_us is None


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/"])
async def test_a_scheme_that_only_a_placeholder_brings_in_is_refused_as_late_as_it_is_known(check: Check, url: str) -> None:
    finding = await check("http", {"url": "{target}"}, settings={"target": url})
    assert finding.outcome.cause is Cause.BLOCKED
    assert finding.phases is None or finding.phases.connect_us is None


async def test_a_port_that_an_opt_in_would_open_is_refused_with_that_word(check: Check) -> None:
    finding = await check("http", {"url": "http://127.0.0.1:4010/"}, private_targets=False)
    assert finding.outcome.detail == "port 4010 is not one that may be asked; private_targets would allow it."


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.1.", "localhost", "localhost.", "LOCALHOST", "127.1", "2130706433", "017700000001", "0x7f000001", "0x7f.1",
        "127.0.0.01", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "0.0.0.0", "0", "[::]", "100.64.0.1", "169.254.0.1", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1",
        "ｌｏｃａｌｈｏｓｔ",
        "public.example@127.0.0.1", "public.example:80@127.0.0.1", "public.example%40127.0.0.1", "127.0.0.1%2f@public.example",
        "127.0.0.1%00.public.example", "127.0.0.1\\@public.example", "127.0.0.1%09", "[::1%25lo]", "[fe80::1%25lo]",
    ],
)  # fmt: skip
async def test_no_spelling_of_this_machine_gets_past_the_guard(serve: Servers, host: str) -> None:
    """What stands before an @ is a user: it does not matter what that looks like, and it is public.example that is looked up."""
    seen, names = Seen(), list[str]()
    port = await serve.on_web_port(answering(answer(), seen=seen))

    def find(name: str) -> Sequence[str]:
        names.append(name.rstrip(".").lower())
        return ["127.0.0.1"] if names[-1] == "localhost" else []

    async with running(find) as runner:
        finding = await runner.run(Job(kinds()["http"].probe({"url": f"http://{host}:{port}/"}), 2.0))
    expected = (Cause.DNS,) if names == ["public.example"] else (Cause.BLOCKED, Cause.CONFIG)
    assert finding.outcome.cause in expected
    assert "port" not in finding.outcome.detail
    assert seen.accepted_at == []


@asynccontextmanager
async def running(find: Find) -> AsyncIterator[Runner]:
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=Lookups(find))
    yield runner
    await runner.close()


class Fickle(asyncio.DatagramProtocol):
    """A name server that gives its next answer to each question, the last one for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def open(self) -> int:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return int(transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        given = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        response.answer.append(dns.rrset.from_text(query.question[0].name, 0, "IN", kind, given))
        self.transport.sendto(response.to_wire(), address)


def asking(port: int) -> Find:
    """Asks that name server alone, on a socket of its own."""

    def find(host: str) -> Sequence[str]:
        query = dns.message.make_query(host, "AAAA" if host.startswith("six") else "A")
        answer = dns.query.udp(query, "127.0.0.1", port=port, timeout=5).answer
        return [record.address for rrset in answer for record in rrset]

    return find


async def test_a_name_that_changes_after_the_look_up_is_not_asked_again(serve: Servers) -> None:
    """First a public address that leads nowhere, then ours: whoever looked it up once more to connect would come here."""
    seen, names = Seen(), Fickle("4000::1", "::ffff:127.0.0.1", "::1")
    port = await serve.on_web_port(answering(answer(), seen=seen))
    async with running(asking(await names.open())) as runner:
        job = Job(kinds()["http"].probe({"url": f"http://six.example:{port}/"}), 1.0)
        first, asked = await runner.run(job), names.asked
        second = await runner.run(job)
    assert asked == 1
    assert first.outcome.cause in (Cause.CONNECT, Cause.TIMEOUT)
    assert (second.outcome.cause, second.outcome.detail) == (
        Cause.BLOCKED,
        "127.0.0.1 is not a public address; private_targets would allow it.",
    )
    assert seen.accepted_at == []


async def test_a_name_that_changes_between_two_hops_is_judged_at_each(serve: Servers) -> None:
    seen, names = Seen(), Fickle("127.0.0.1", "169.254.169.254")
    port = await serve(answering(answer(302, location="/latest/meta-data/"), seen=seen))
    async with running(asking(await names.open())) as runner:
        finding = await runner.run(Job(kinds()["http"].probe({"url": f"http://rebound.example:{port}/"}), 5.0, private_targets=True))
    assert (finding.outcome.cause, names.asked, len(seen.requests)) == (Cause.BLOCKED, 2, 1)


@pytest.mark.parametrize("kind", ["tcp", "tls"])
async def test_a_name_that_changes_is_nothing_to_probes_with_sockets_of_their_own(serve: Servers, kind: str) -> None:
    seen, names = Seen(), Fickle("4000::1", "::ffff:127.0.0.1")
    port = await serve.on_web_port(answering(answer(), seen=seen))
    async with running(asking(await names.open())) as runner:
        finding = await runner.run(Job(kinds()[kind].probe({"host": "six.example", "port": port}), 1.0))
    assert names.asked == 1
    assert finding.outcome.cause in (Cause.CONNECT, Cause.TIMEOUT)
    assert seen.accepted_at == []


async def test_a_name_is_judged_by_what_it_resolves_to(serve: Servers) -> None:
    port = await serve(answering(answer()))
    runner = make_runner(
        ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=Lookups(lambda host: ["127.0.0.1"])
    )
    job = Job(kinds()["http"].probe({"url": f"http://innocent.example:{port}/"}), 5.0)
    assert (await runner.run(job)).outcome.cause is Cause.BLOCKED
    await runner.close()


async def test_only_the_allowed_addresses_of_a_name_are_connected_to(serve: Servers) -> None:
    port = await serve(answering(answer()))
    found = ["169.254.169.254", "fe80::1", "127.0.0.1"]
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=Lookups(lambda host: found))
    finding = await runner.run(Job(kinds()["http"].probe({"url": f"http://mixed.example:{port}/"}), 5.0, private_targets=True))
    assert finding.outcome.cause is None
    assert finding.evidence is not None
    assert finding.evidence.address == f"127.0.0.1:{port}"
    await runner.close()


async def test_the_socket_itself_is_judged_whatever_was_looked_up_before(serve: Servers) -> None:
    """A name that changes its address between look-up and connection meets the guard again."""
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    thread = TransferThread(lambda batch: [loop.call_soon_threadsafe(transfer.done, transfer) for transfer in batch] and None)
    order = Order(
        "GET", f"http://rebound.example:{port}/", (), b"", AddressPolicy(), time.monotonic() + 5, ("127.0.0.1",), "rebound.example", port
    )
    thread.submit(order, done.set_result)
    transfer: Transfer = await asyncio.wait_for(done, 10)
    await asyncio.to_thread(thread.close)
    assert (transfer.opened, transfer.refused) == (0, "127.0.0.1 is not a public address; private_targets would allow it")
    assert seen.accepted_at == []


async def test_a_redirect_to_a_metadata_service_is_refused_before_any_packet(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(302, location="http://169.254.169.254/latest/meta-data/iam/"), seen=seen))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/"})
    assert finding.outcome.cause is Cause.BLOCKED
    assert "169.254.169.254" in finding.outcome.detail
    assert len(seen.requests) == 1
    assert finding.evidence is not None
    assert finding.evidence.address is None


async def test_a_redirect_to_another_scheme_is_refused(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(302, location="file:///etc/passwd")))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/"})).outcome.cause is Cause.BLOCKED


async def test_a_kept_connection_into_the_network_serves_nobody_without_the_opt_in(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer()))
    target = {"url": f"http://127.0.0.1:{port}/"}
    assert (await check("http", target, reuse=True)).outcome.cause is None
    assert (await check("http", target, reuse=True, private_targets=False)).outcome.cause is Cause.BLOCKED


async def test_a_channels_client_is_guarded_too(runner: Runner, serve: Servers) -> None:
    port = await serve(answering(answer(302, location="http://169.254.169.254/")))
    with pytest.raises(Blocked):
        await runner.client().post(f"http://127.0.0.1:{port}/", content=b"alert")
    with pytest.raises(Blocked):
        await runner.client(https_only=True, private_targets=True).get(f"http://127.0.0.1:{port}/")
    response = await runner.client(private_targets=True).post(f"http://127.0.0.1:{port}/", content=b"alert")
    assert response.status_code == 302


async def test_a_channels_client_has_one_deadline(runner: Runner, serve: Servers) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    port = await serve(silence)
    with pytest.raises(httpx.TimeoutException):
        await runner.client(private_targets=True, timeout_s=1.5).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(("kind", "params"), [("tcp", {"port": 80}), ("tls", {"port": 443})])
async def test_probes_with_sockets_of_their_own_are_guarded(check: Check, kind: str, params: dict[str, int]) -> None:
    assert (await check(kind, {"host": "169.254.169.254", **params})).outcome.cause is Cause.BLOCKED
    assert (await check(kind, {"host": "localhost", **params}, private_targets=False)).outcome.cause is Cause.BLOCKED
    assert (await check("dns", {"name": "x.example", "resolvers": ["127.0.0.1"]}, private_targets=False)).outcome.cause is Cause.BLOCKED
