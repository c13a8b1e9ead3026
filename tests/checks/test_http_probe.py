"""One HTTP question: what is sent, and what the answer means."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from checks.errors import ErrorTable, Rule
from checks.kinds import kinds
from checks.probes.http import Params, build
from checks.runner import Finding, Job, Runner
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]


async def sent(check: Check, serve: Servers, params: dict[str, Any], **job: Any) -> str:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/path", **params}, **job)
    assert finding.outcome.cause is None, finding.outcome.detail
    return seen.requests[0]


async def test_method_headers_and_query_are_sent(check: Check, serve: Servers) -> None:
    request = await sent(
        check, serve, {"method": "PUT", "headers": {"X-Region": "{region}"}, "query": {"q": "a&b {region}"}}, settings={"region": "eu"}
    )
    assert request.startswith("PUT /path?q=a%26b+eu HTTP/1.1\r\n")
    assert "X-Region: eu\r\n" in request


async def test_a_json_body_is_sent(check: Check, serve: Servers) -> None:
    request = await sent(check, serve, {"method": "POST", "json": {"a": ["{x}", 1, None]}}, settings={"x": "ö"})
    head, _, body = request.partition("\r\n\r\n")
    assert json.loads(body) == {"a": ["ö", 1, None]}
    assert "content-type: application/json" in head.lower()
    assert "expect:" not in head.lower()


async def test_a_form_body_is_sent(check: Check, serve: Servers) -> None:
    request = await sent(check, serve, {"method": "POST", "form": {"a": "1 & 2", "b": "{x}"}}, secrets={"x": "s&crt"})
    assert request.endswith("\r\n\r\na=1+%26+2&b=s%26crt")
    assert "content-type: application/x-www-form-urlencoded" in request.lower()


async def test_a_body_is_sent_as_it_stands(check: Check, serve: Servers) -> None:
    request = await sent(check, serve, {"method": "POST", "body": "<a>{x}</a>", "headers": {"Content-Type": "text/xml"}}, settings={"x": 1})
    assert request.endswith("\r\n\r\n<a>1</a>")
    assert request.lower().count("content-type") == 1


async def test_a_head_request_has_no_body_to_wait_for(check: Check, serve: Servers) -> None:
    port = await serve(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/", "method": "HEAD"}, timeout_s=2.0)).outcome.cause is None


async def test_a_header_cannot_smuggle_another_one(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(), seen=seen))
    params = {"url": f"http://127.0.0.1:{port}/", "headers": {"X-Key": "{key}"}}
    finding = await check("http", params, secrets={"key": "abcdef\r\nX-Evil: 1"})
    assert (finding.outcome.cause, seen.requests) == (Cause.CONFIG, [])


@pytest.mark.parametrize(
    ("auth", "line"),
    [
        ({"kind": "none"}, "GET"),
        ({"kind": "basic", "username": "üser", "password": "{key}"}, "Authorization: Basic " + b64encode("üser:k e&y".encode()).decode()),
        ({"kind": "bearer", "token": "{key}"}, "Authorization: Bearer k e&y"),
        ({"kind": "bearer", "token": "{key}", "scheme": "Token"}, "Authorization: Token k e&y"),
        ({"kind": "api_key", "value": "{key}"}, "X-Api-Key: k e&y"),
        ({"kind": "api_key", "value": "{key}", "name": "X-Own"}, "X-Own: k e&y"),
        ({"kind": "api_key", "value": "{key}", "name": "key", "in": "query"}, "GET /path?key=k%20e%26y "),
    ],
)
async def test_a_credential_is_put_where_the_vendor_wants_it(check: Check, serve: Servers, auth: dict[str, str], line: str) -> None:
    request = await sent(check, serve, {"auth": auth}, secrets={"key": "k e&y"})
    assert line.lower() in request.lower().replace("+e%26y", "%20e%26y")


@pytest.mark.parametrize(
    ("status", "cause"),
    [(200, None), (204, None), (301, Cause.CONTRACT), (401, Cause.AUTH), (403, Cause.AUTH), (404, Cause.CLIENT_ERROR), (429, Cause.QUOTA),
     (503, Cause.SERVER_ERROR)],
)  # fmt: skip
async def test_a_status_has_a_cause(check: Check, serve: Servers, status: int, cause: Cause | None) -> None:
    finding = await check("http", {"url": f"http://127.0.0.1:{await serve(answering(answer(status)))}/"})
    assert (finding.outcome.cause, finding.outcome.http_status) == (cause, status)


async def test_a_refusal_that_was_expected_is_up(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(401, b'{"error": "no key"}')))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/", "expect": {"status": 401}})).outcome.cause is None
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/", "expect": {"status": ["2xx", "4xx"]}})).outcome.cause is None


async def test_a_success_that_was_not_expected_breaks_the_contract(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(200)))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/", "expect": {"status": [401]}})
    assert (finding.outcome.cause, "200" in finding.outcome.detail) == (Cause.CONTRACT, True)


async def test_a_refusal_in_an_answer_that_looks_well_is_a_refusal(runner: Runner, serve: Servers) -> None:
    table = ErrorTable(rules=(Rule(Cause.AUTH, "Refused ({code}).", codes=("invalid_auth",)),), code_at=("error",))
    port = await serve(answering(answer(200, b'{"ok": false, "error": "invalid_auth"}')))
    probe = build(Params(url=f"http://127.0.0.1:{port}/"), table)
    finding = await runner.run(Job(probe, 5.0, private_targets=True))
    assert (finding.outcome.cause, finding.outcome.vendor_code) == (Cause.AUTH, "invalid_auth")


async def test_what_comes_beside_the_answer_is_read(check: Check, serve: Servers) -> None:
    said = answer(
        200, x_ratelimit_remaining="7", x_ratelimit_limit="100", deprecation="@1688169599", sunset="Wed, 11 Nov 2026 23:59:59 GMT",
        x_request_id="req_1", retry_after="30",
    )  # fmt: skip
    outcome = (await check("http", {"url": f"http://127.0.0.1:{await serve(answering(said))}/"})).outcome
    assert outcome.quota is not None
    assert (outcome.quota.remaining, outcome.quota.limit) == (7, 100)
    assert outcome.deprecation is not None
    assert outcome.deprecation.sunset_at == datetime(2026, 11, 11, 23, 59, 59, tzinfo=UTC)
    assert (outcome.request_id, outcome.retry_after_s, outcome.cause) == ("req_1", 30.0, None)


async def test_the_ietf_draft_of_headroom_is_read(check: Check, serve: Servers) -> None:
    said = answer(429, ratelimit='"default";r=0;t=30', ratelimit_policy='"default";q=100;w=60')
    outcome = (await check("http", {"url": f"http://127.0.0.1:{await serve(answering(said))}/"})).outcome
    assert outcome.quota is not None
    assert (outcome.cause, outcome.quota.remaining, outcome.quota.limit) == (Cause.QUOTA, 0, 100)


async def test_an_expected_latency_that_is_not_kept_is_slow(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer()))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/", "expect": {"latency": "1m"}})).outcome.cause is None
    slow = build(Params.model_validate({"url": f"http://127.0.0.1:{port}/", "expect": {"latency": "0s"}}))
    assert slow is not None
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/", "expect": {"latency": "0s"}})).outcome.cause is Cause.SLOW


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "url"),
        ({"url": "ftp://x/"}, "begins with https:// or http://"),
        ({"url": "example.com/health"}, "begins with https:// or http://"),
        ({"url": "https:///health"}, "and a host"),
        ({"url": "https://x", "json": {}, "form": {}}, "one of json, form and body"),
        ({"url": "https://x", "expect": {"regex": "(a"}}, "not a pattern of RE2: missing ): (a ["),
        ({"url": "https://x", "expect": {"regex": "(a)\\1"}}, "RE2"),
        ({"url": "https://x", "expect": {"json": {"$[": 1}}}, "JSONPath"),
        ({"url": "https://x", "expect": {"json": {"$..a..b": 1}}}, "one '..'"),
        ({"url": "https://x", "expect": {"json": {"$[?match(@.a, 'x')]": 1}}}, "JSONPath"),
        ({"url": "https://x", "expect": {"status": 99}}, "status"),
        ({"url": "https://x", "expect": {"latency": 5}}, "duration"),
        ({"url": "https://x", "auth": {"kind": "kerberos"}}, "kerberos"),
        ({"url": "https://x", "colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(params: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        kinds()["http"].probe(params)
    assert words in str(refusal.value)
