"""What may be asked, and that the refusal comes before the first packet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from checks.guard import Blocked
from checks.kinds import kinds
from checks.lookups import Lookups
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
    port = await serve(answering(answer(), seen=seen))
    for host in ("127.0.0.1", "[::ffff:127.0.0.1]"):
        finding = await check("http", {"url": f"http://{host}:{port}/"}, private_targets=False)
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
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "ftp://127.0.0.1/",
    ],
)
async def test_no_opt_in_opens_these(check: Check, url: str) -> None:
    finding = await check("http", {"url": url})
    assert finding.outcome.cause in (Cause.BLOCKED, Cause.CONFIG)  # httpx itself refuses some of these spellings
    assert finding.phases is None or finding.phases.connect_us is None


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
