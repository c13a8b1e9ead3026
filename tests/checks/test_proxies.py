"""A proxy is used only where the operator wants it, and may stand anywhere."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from checks.kinds import kinds
from checks.lookups import Find, Lookups
from checks.runner import Job, make_runner
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
TARGET = {"url": "http://vendor.example/health"}


async def outcome_of(params: dict[str, str], *, proxies: bool, private: bool = False, find: Find | None = None) -> Cause | None:
    lookups = Lookups(find) if find else None
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: datetime.now(UTC), proxies=proxies, lookups=lookups)
    finding = await runner.run(Job(kinds()["http"].probe(params), 5.0, private_targets=private))
    await runner.close()
    return finding.outcome.cause


def nowhere(host: str) -> Sequence[str]:
    """A network in which the proxy alone knows names."""
    raise OSError("no such name here")


@pytest.fixture
async def proxy(serve: Servers, monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("no_proxy", raising=False)
    return seen


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
async def test_the_environment_alone_changes_nothing(proxy: Seen, serve: Servers, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    monkeypatch.setenv(name, os.environ["http_proxy"])
    assert await outcome_of({"url": f"http://127.0.0.1:{port}/direct"}, proxies=False, private=True) is None
    assert await outcome_of({"url": f"http://127.0.0.1:{port}/"}, proxies=False) is Cause.BLOCKED
    assert (len(seen.requests), proxy.requests) == (1, [])
    assert seen.requests[0].startswith("GET /direct HTTP/1.1")


async def test_the_operators_proxy_is_asked(proxy: Seen) -> None:
    assert await outcome_of(TARGET, proxies=True, find=nowhere) is None
    assert proxy.requests[0].startswith("GET http://vendor.example/health HTTP/1.1\r\n")


async def test_a_private_address_is_refused_before_the_proxy_hears_of_it(proxy: Seen) -> None:
    assert await outcome_of({"url": "http://169.254.169.254/"}, proxies=True) is Cause.BLOCKED
    assert proxy.requests == []


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe"])
async def test_a_name_that_leads_into_our_network_is_refused_before_the_proxy_hears_of_it(proxy: Seen, address: str) -> None:
    assert await outcome_of(TARGET, proxies=True, find=lambda host: [address]) is Cause.BLOCKED
    assert proxy.requests == []


async def test_a_look_up_that_hangs_leaves_the_proxy_its_time(proxy: Seen) -> None:
    go_on = threading.Event()
    assert await outcome_of(TARGET, proxies=True, find=lambda host: [str(go_on.wait(30))]) is None
    go_on.set()
    assert len(proxy.requests) == 1


async def test_a_redirect_through_the_proxy_is_judged_too(serve: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    port = await serve(answering(answer(302, location="http://169.254.169.254/latest/"), seen=seen))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    assert await outcome_of(TARGET, proxies=True, find=nowhere) is Cause.BLOCKED
    assert len(seen.requests) == 1


async def test_what_is_exempt_goes_there_directly(proxy: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert await outcome_of({"url": "http://127.0.0.1:8080/"}, proxies=True) is Cause.BLOCKED
    assert proxy.requests == []


async def test_a_proxy_that_is_none_is_our_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://no host here:3128")
    assert await outcome_of(TARGET, proxies=True, find=nowhere) is Cause.CONFIG
