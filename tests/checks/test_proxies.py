"""A proxy is used only where the operator wants it, and may stand anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from checks.kinds import kinds
from checks.runner import Job, make_runner
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
TARGET = {"url": "http://vendor.example/health"}


async def outcome_of(params: dict[str, str], *, proxies: bool) -> Cause | None:
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=proxies)
    finding = await runner.run(Job(kinds()["http"].probe(params), 5.0))
    await runner.close()
    return finding.outcome.cause


@pytest.fixture
async def proxy(serve: Servers, monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("no_proxy", raising=False)
    return seen


async def test_the_environment_alone_changes_nothing(proxy: Seen, serve: Servers) -> None:
    port = await serve(answering(answer()))
    assert await outcome_of({"url": f"http://127.0.0.1:{port}/"}, proxies=False) is Cause.BLOCKED
    assert proxy.requests == []


async def test_the_operators_proxy_is_asked(proxy: Seen) -> None:
    assert await outcome_of(TARGET, proxies=True) is None
    assert proxy.requests[0].startswith("GET http://vendor.example/health HTTP/1.1\r\n")


async def test_a_private_address_is_refused_before_the_proxy_hears_of_it(proxy: Seen) -> None:
    assert await outcome_of({"url": "http://169.254.169.254/"}, proxies=True) is Cause.BLOCKED
    assert proxy.requests == []


async def test_what_is_exempt_goes_there_directly(proxy: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert await outcome_of({"url": "http://127.0.0.1:8080/"}, proxies=True) is Cause.BLOCKED
    assert proxy.requests == []


async def test_a_proxy_that_is_none_is_our_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://no host here:3128")
    assert await outcome_of(TARGET, proxies=True) is Cause.CONFIG
