"""Whether a port takes a connection, and what is said there first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from checks.kinds import kinds
from checks.lookups import Lookups
from checks.runner import Finding, Job, make_runner
from core.health import Cause
from tests.checks.conftest import Reader, Servers, Writer

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]


async def greet(reader: Reader, writer: Writer) -> None:
    writer.write(b"220 mail.exa")
    await writer.drain()
    writer.write(b"mple ESMTP\r\n")
    await reader.read()


async def test_a_port_that_takes_a_connection_is_up(check: Check, serve: Servers) -> None:
    finding = await check("tcp", {"host": "localhost", "port": await serve(greet)})
    assert finding.outcome.cause is None
    assert finding.phases is not None
    assert finding.phases.connect_us is not None
    assert finding.phases.dns_us is not None


async def test_the_greeting_is_held_against_a_pattern(check: Check, serve: Servers) -> None:
    port = await serve(greet)
    assert (await check("tcp", {"host": "127.0.0.1", "port": port, "banner": "^220 .*ESMTP"})).outcome.cause is None


@pytest.mark.parametrize("said", [b"554 go away\r\n", b"", b"\xff\x00" * 4_000])
async def test_another_greeting_breaks_the_contract(check: Check, serve: Servers, said: bytes) -> None:
    async def speak(reader: Reader, writer: Writer) -> None:
        writer.write(said)
        await writer.drain()

    finding = await check("tcp", {"host": "127.0.0.1", "port": await serve(speak), "banner": "^220 "})
    assert finding.outcome.cause is Cause.CONTRACT
    assert "server says" in finding.outcome.detail


async def test_a_greeting_that_never_comes_is_a_timeout(check: Check, serve: Servers) -> None:
    async def silence(reader: Reader, writer: Writer) -> None:
        await reader.read()

    assert (
        await check("tcp", {"host": "127.0.0.1", "port": await serve(silence), "banner": "x"}, timeout_s=1.5)
    ).outcome.cause is Cause.TIMEOUT


async def test_nobody_there_is_a_connect_failure(check: Check, serve: Servers) -> None:
    port = await serve(greet)
    serve.running[0].close()
    await serve.running[0].wait_closed()
    finding = await check("tcp", {"host": "127.0.0.1", "port": port})
    assert (finding.outcome.cause, finding.outcome.detail) == (Cause.CONNECT, "The connection failed: Connection refused.")


async def test_the_next_address_is_tried_where_one_does_not_answer(serve: Servers) -> None:
    port = await serve(greet)
    lookups = Lookups(lambda host: ["::1", "127.0.0.1"])  # nothing listens at the first
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=lookups)
    job = Job(kinds()["tcp"].probe({"host": "two.example", "port": port}), 5.0, private_targets=True)
    assert (await runner.run(job)).outcome.cause is None
    await runner.close()


async def test_a_name_that_cannot_be_looked_up_is_a_dns_failure() -> None:
    def fail(host: str) -> list[str]:
        raise OSError(8, "nodename nor servname provided")

    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=False, lookups=Lookups(fail))
    for kind, params in (("tcp", {"port": 443}), ("tls", {})):
        finding = await runner.run(Job(kinds()[kind].probe({"host": "none.example", **params}), 5.0))
        assert finding.outcome.cause is Cause.DNS
        assert finding.outcome.detail.startswith("The name none.example could not be looked up")
    await runner.close()
