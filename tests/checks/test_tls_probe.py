"""Whether a server's certificate is trusted, is its own, and for how long."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from checks.runner import Finding
from core.health import Cause
from tests.checks.conftest import Reader, Servers, Writer

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]
Tls = Callable[..., ssl.SSLContext]


async def wait(reader: Reader, writer: Writer) -> None:
    await reader.read()


def days(count: float) -> datetime:
    return (datetime.now(UTC) + timedelta(days=count)).replace(microsecond=0)


async def test_a_good_certificate_says_when_it_ends(check: Check, serve: Servers, tls: Tls) -> None:
    ends = days(90)
    port = await serve(wait, tls("localhost", expires=ends))
    finding = await check("tls", {"host": "localhost", "port": port})
    assert (finding.outcome.cause, finding.outcome.certificate_expires_at) == (None, ends)
    assert finding.phases is not None
    assert finding.phases.connect_us is not None
    assert finding.phases.tls_us is not None


@pytest.mark.parametrize(("left", "min_days", "cause"), [(8, 7, None), (6.5, 7, Cause.TLS), (6.5, 0, None), (29, 30, Cause.TLS)])
async def test_too_few_days_left_is_a_failure(
    check: Check, serve: Servers, tls: Tls, left: float, min_days: int, cause: Cause | None
) -> None:
    ends = days(left)
    port = await serve(wait, tls("localhost", expires=ends))
    finding = await check("tls", {"host": "localhost", "port": port, "min_days": min_days})
    assert (finding.outcome.cause, finding.outcome.certificate_expires_at) == (cause, ends)
    assert not cause or "The certificate ends in" in finding.outcome.detail


async def test_an_expired_certificate_says_since_when(check: Check, serve: Servers, tls: Tls) -> None:
    ended = days(-3)
    port = await serve(wait, tls("localhost", expires=ended))
    outcome = (await check("tls", {"host": "localhost", "port": port})).outcome
    assert (outcome.cause, outcome.certificate_expires_at, "expired" in outcome.detail) == (Cause.TLS, ended, True)


async def test_a_certificate_of_another_host_is_refused_and_dated(check: Check, serve: Servers, tls: Tls) -> None:
    ends = days(50)
    port = await serve(wait, tls("other.example", expires=ends))
    outcome = (await check("tls", {"host": "localhost", "port": port})).outcome
    assert (outcome.cause, outcome.certificate_expires_at) == (Cause.TLS, ends)
    assert (await check("tls", {"host": "localhost", "port": port, "server_name": "other.example"})).outcome.cause is None


async def test_a_chain_to_nobody_we_trust_is_refused_and_dated(check: Check, serve: Servers, tls: Tls) -> None:
    ends = days(50)
    port = await serve(wait, tls("localhost", expires=ends, signed_by=trustme.CA()))
    outcome = (await check("tls", {"host": "{name}", "port": port}, settings={"name": "localhost"})).outcome
    assert (outcome.cause, outcome.certificate_expires_at) == (Cause.TLS, ends)


async def test_a_server_without_tls_is_a_tls_failure(check: Check, serve: Servers) -> None:
    async def plain(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 mail.example ready\r\n")
        await reader.read()

    finding = await check("tls", {"host": "localhost", "port": await serve(plain)})
    assert finding.outcome.cause is Cause.TLS
    assert finding.outcome.detail.startswith("No secure connection")


async def test_a_handshake_that_never_comes_is_a_timeout(check: Check, serve: Servers) -> None:
    finding = await check("tls", {"host": "localhost", "port": await serve(wait)}, timeout_s=1.5)
    assert finding.outcome.cause is Cause.TIMEOUT
