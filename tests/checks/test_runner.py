"""Whatever a probe does, a Finding comes of it: redacted, timed, and blaming nobody for our own faults."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from checks.kinds import kinds
from checks.runner import Finding, Job, Runner, make_runner
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome, Phases
from tests.checks.conftest import Reader, Seen, Servers, Writer, answer, answering, read_request

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]
KEY = "s3cr3t/key+value"


def raising(error: BaseException) -> Probe:
    async def probe(vantage: Vantage) -> Outcome:
        raise error

    return probe


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ZeroDivisionError("oops"), Cause.INTERNAL),
        (KeyError("answer"), Cause.INTERNAL),
        (RecursionError(), Cause.INTERNAL),
        (httpx.InvalidURL("no host"), Cause.CONFIG),
        (httpx.LocalProtocolError("illegal header"), Cause.CONFIG),
        (httpx.DecodingError("not gzip"), Cause.CONTRACT),
        (ConnectionResetError(104, "reset"), Cause.CONNECT),
        (TimeoutError(), Cause.TIMEOUT),
    ],
)
async def test_an_exception_is_an_outcome(runner: Runner, error: Exception, cause: Cause) -> None:
    finding = await runner.run(Job(raising(error), 5.0))
    assert finding.outcome.cause is cause
    assert finding.outcome.detail


async def test_a_bug_of_ours_is_logged_without_secrets(runner: Runner, caplog: pytest.LogCaptureFixture) -> None:
    finding = await runner.run(Job(raising(ValueError(f"bad value {KEY}")), 5.0, secrets={"key": KEY}))
    assert finding.outcome.status == "unknown"
    assert "test_runner.py" in caplog.text
    assert KEY not in caplog.text


async def test_a_probe_that_never_ends_is_ended(runner: Runner) -> None:
    async def probe(vantage: Vantage) -> Outcome:
        await asyncio.Event().wait()
        return Outcome()

    finding = await runner.run(Job(probe, 0.1))
    assert finding.outcome.cause is Cause.TIMEOUT
    assert finding.total_us >= 100_000


async def test_a_missing_secret_is_named_and_nothing_is_asked(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/"}, missing_secrets=("api_key",))
    assert finding.outcome.cause is Cause.CONFIG
    assert "api_key" in finding.outcome.detail
    assert (seen.accepted_at, finding.evidence) == ([], None)


async def test_a_name_nobody_set_is_a_configuration_fault(check: Check) -> None:
    finding = await check("http", {"url": "https://{tenant}.example/"})
    assert (finding.outcome.cause, "tenant" in finding.outcome.detail) == (Cause.CONFIG, True)


async def test_slow_is_degraded(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer()))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/"}, latency_limit_us=1)
    assert (finding.outcome.cause, finding.outcome.status) == (Cause.SLOW, "degraded")
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/"}, latency_limit_us=60_000_000)).outcome.cause is None


async def test_a_failure_is_not_called_slow(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(500)))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/"}, latency_limit_us=1)).outcome.cause is Cause.SERVER_ERROR


async def test_evidence_is_kept_for_failures_and_changes_only(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(), answer(), answer(503, b"down"), answer(503), answer(), answer()))
    keep: dict[str, object] = {}
    findings = [await check("http", {"url": f"http://127.0.0.1:{port}/"}, keep=keep) for _ in range(6)]
    assert [finding.evidence is not None for finding in findings] == [True, False, True, True, True, False]


async def test_evidence_holds_the_exchange(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(503, b'{"error": "maintenance"}', content_type="application/json")))
    evidence = (await check("http", {"url": f"http://127.0.0.1:{port}/a?page=2", "headers": {"X-Version": "7"}})).evidence
    assert evidence is not None
    assert evidence.request.startswith(f"GET http://127.0.0.1:{port}/a?page=2\n")
    assert "X-Version: 7" in evidence.request
    assert evidence.response.startswith("HTTP/1.1 503 Words\n")
    assert evidence.response.endswith('\n\n{"error": "maintenance"}')
    assert evidence.address == f"127.0.0.1:{port}"


async def test_no_spelling_of_a_secret_is_in_a_finding(check: Check, serve: Servers) -> None:
    echo = f"you sent {KEY} or {b64encode(f'user:{KEY}'.encode()).decode()} or {KEY.encode().hex()}".encode()
    port = await serve(answering(answer(401, echo, x_echo=KEY, www_authenticate=f'Bearer realm="{KEY}"')))
    params = {
        "url": f"http://127.0.0.1:{port}/a?own={{key}}",
        "auth": {"kind": "basic", "username": "user", "password": "{key}"},
        "headers": {"X-Other": "{key}"},
    }
    finding = await check("http", params, secrets={"key": KEY})
    text = repr(finding)
    assert finding.outcome.cause is Cause.AUTH
    for spelling in (KEY, KEY.encode().hex(), "s3cr3t%2Fkey", b64encode(f"user:{KEY}".encode()).decode()[4:-4]):
        assert spelling not in text
    assert finding.evidence is not None
    assert finding.evidence.redactions >= 6


async def test_a_secret_at_the_edge_of_the_excerpt_does_not_survive_in_part(check: Check, serve: Servers) -> None:
    body = b"someone.with.a.long.name@example.com " * 220 + (KEY * 20).encode()
    port = await serve(answering(answer(500, body + b"." * 20_000)))
    evidence = (await check("http", {"url": f"http://127.0.0.1:{port}/"}, secrets={"key": KEY * 20})).evidence
    assert evidence is not None
    assert "s3cr3t" not in evidence.response
    assert len(evidence.response) < 5_000


async def test_a_body_that_is_no_text_is_not_kept(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(500, b"\x89PNG\x00\x00 and so on")))
    evidence = (await check("http", {"url": f"http://127.0.0.1:{port}/"})).evidence
    assert evidence is not None
    assert evidence.response.endswith("[16 bytes that are no text]")


async def test_addresses_with_credentials_are_not_logged(check: Check, serve: Servers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    port = await serve(answering(answer()))
    await check("http", {"url": f"http://127.0.0.1:{port}/?api_key={{key}}"}, secrets={"key": KEY})
    assert caplog.text == ""


async def test_at_most_four_at_once_per_origin_and_waiting_is_no_latency(check: Check, serve: Servers) -> None:
    inside, most = 0, 0
    full, released = asyncio.Event(), asyncio.Event()

    async def slowly(reader: Reader, writer: Writer) -> None:
        nonlocal inside, most
        await read_request(reader)
        inside += 1
        most = max(most, inside)
        if inside == 4:
            full.set()
        await released.wait()
        inside -= 1
        writer.write(answer())
        await writer.drain()

    port = await serve(slowly)
    runs = [asyncio.ensure_future(check("http", {"url": f"http://127.0.0.1:{port}/"}, timeout_s=5.0)) for _ in range(9)]
    await asyncio.wait_for(full.wait(), 5)
    other = await serve(answering(answer()))
    assert (await check("http", {"url": f"http://127.0.0.1:{other}/"})).outcome.cause is None
    released.set()
    findings = await asyncio.gather(*runs)
    assert most == 4
    assert {finding.outcome.cause for finding in findings} == {None}
    assert sum(finding.waited_ms > 0 for finding in findings) == 5


async def test_waiting_for_a_place_uses_up_no_time_of_the_vendor(check: Check, serve: Servers) -> None:
    """Two rounds of 0.8 s at one origin, each within a deadline of 1.4 s."""

    async def late(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        await asyncio.get_running_loop().run_in_executor(None, gate.wait, 0.8)
        writer.write(answer())
        await writer.drain()

    gate = threading.Event()
    port = await serve(late)
    findings = await asyncio.gather(*(check("http", {"url": f"http://127.0.0.1:{port}/"}, timeout_s=1.4) for _ in range(8)))
    assert {finding.outcome.cause for finding in findings} == {None}
    assert max(finding.waited_ms for finding in findings) >= 700
    assert max(finding.total_us for finding in findings) < 1_400_000


def _hold_everything_up(seconds: float = 0.5) -> None:
    """A loop in C that lets no other thread run: what a busy machine does to us."""
    begun = time.monotonic()
    sum(range(2_000_000))
    sum(range(int(2_000_000 * seconds / (time.monotonic() - begun))))


async def test_our_own_delay_makes_a_latency_unfit(check: Check, serve: Servers) -> None:
    async def busy(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        _hold_everything_up()
        writer.write(answer())
        await writer.drain()

    finding = await check("http", {"url": f"http://127.0.0.1:{await serve(busy)}/"}, latency_limit_us=1, timeout_s=30.0)
    assert finding.outcome.cause is None  # not slow: we cannot know
    assert not finding.fit
    assert finding.lag_us > 50_000


async def test_a_timeout_that_was_our_own_delay_blames_nobody(check: Check, serve: Servers) -> None:
    async def busy(reader: Reader, writer: Writer) -> None:
        await read_request(reader)
        _hold_everything_up()
        await reader.read()

    finding = await check("http", {"url": f"http://127.0.0.1:{await serve(busy)}/"}, timeout_s=0.2)
    assert (finding.outcome.cause, finding.outcome.status) == (Cause.OBSERVER, "unknown")


async def test_a_probe_reading_its_own_sockets_is_watched_for_our_delay(check: Check, serve: Servers) -> None:
    async def busy(reader: Reader, writer: Writer) -> None:
        _hold_everything_up()
        writer.write(b"220 ready\r\n")
        await writer.drain()

    finding = await check("tcp", {"host": "127.0.0.1", "port": await serve(busy), "banner": "^220 "}, timeout_s=30.0)
    assert (finding.outcome.cause, finding.fit) == (None, False)


async def test_calls_are_counted_by_provider(runner: Runner, serve: Servers) -> None:
    port = await serve(answering(answer(302, location="/b"), answer()))
    await runner.run(Job(kinds()["http"].probe({"url": f"http://127.0.0.1:{port}/"}), 5.0, private_targets=True, provider="acme"))
    assert runner.calls["acme"] == 2


async def test_closing_ends_what_is_under_way_and_blames_nobody(ca_file: str, serve: Servers) -> None:
    asked = asyncio.Event()

    async def silence(reader: Reader, writer: Writer) -> None:
        asked.set()
        await reader.read()

    runner = make_runner(ca_file=ca_file, user_agent="t", now=lambda: datetime.now(UTC), proxies=False)
    port = await serve(silence)
    run = asyncio.ensure_future(runner.run(Job(kinds()["http"].probe({"url": f"http://127.0.0.1:{port}/"}), 30.0, private_targets=True)))
    await asyncio.wait_for(asked.wait(), 5)
    await runner.close()
    assert (await run).outcome.cause is Cause.OBSERVER


async def test_phases_a_probe_noted_itself_are_kept(runner: Runner) -> None:
    async def probe(vantage: Vantage) -> Outcome:
        vantage.note_phases(Phases(connect_us=7))
        return Outcome()

    assert (await runner.run(Job(probe, 1.0))).phases == Phases(connect_us=7)


async def test_every_kind_of_probe_shares_the_places_of_an_origin(check: Check, serve: Servers) -> None:
    inside, most, full, released = 0, 0, asyncio.Event(), asyncio.Event()

    async def slowly(reader: Reader, writer: Writer) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == 4:
            full.set()
        await released.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        inside -= 1

    port = await serve(slowly)
    asked = [check("http", {"url": f"http://127.0.0.1:{port}/"}) for _ in range(4)]
    asked += [check("tcp", {"host": "127.0.0.1", "port": port, "banner": "^HTTP"}) for _ in range(4)]
    runs = [asyncio.ensure_future(run) for run in asked]
    await asyncio.wait_for(full.wait(), 5)
    released.set()
    findings = await asyncio.gather(*runs)
    assert most == 4
    assert {finding.outcome.cause for finding in findings} == {None}
