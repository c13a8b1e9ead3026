"""Redirects are followed hop by hop, at most five, and no credential leaves the origin it was meant for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from checks.runner import Finding
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]


async def test_a_redirect_is_followed_and_its_hops_are_timed(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(301, location="/there"), answer(200)))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/here"})
    assert (finding.outcome.cause, finding.outcome.http_status) == (None, 200)
    assert finding.evidence is not None
    assert finding.evidence.request.startswith(f"GET http://127.0.0.1:{port}/here → 301\nGET http://127.0.0.1:{port}/there\n")


async def test_a_redirect_is_an_answer_where_it_is_not_to_be_followed(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(301, location="/there")))
    params = {"url": f"http://127.0.0.1:{port}/", "follow_redirects": False}
    assert (await check("http", params)).outcome.cause is Cause.CONTRACT
    assert (await check("http", {**params, "expect": {"status": [301, 307]}})).outcome.cause is None


async def test_a_loop_ends_after_five(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(302, location="/again"), seen=seen))
    assert (await check("http", {"url": f"http://127.0.0.1:{port}/"})).outcome.cause is Cause.CONTRACT
    assert len(seen.requests) == 6


@pytest.mark.parametrize(
    "credential",
    [
        {"auth": {"kind": "bearer", "token": "{key}"}},
        {"auth": {"kind": "basic", "username": "u", "password": "{key}"}},
        {"auth": {"kind": "api_key", "name": "X-Vendor-Key", "value": "{key}"}},
        {"auth": {"kind": "api_key", "in": "query", "name": "key", "value": "{key}"}},
        {"headers": {"Cookie": "session={key}", "X-Own": "{key}"}},
    ],
)
async def test_another_origin_gets_no_credential(check: Check, serve: Servers, credential: dict[str, Any]) -> None:
    home, elsewhere = Seen(), Seen()
    other = await serve(answering(answer(200), seen=elsewhere))
    port = await serve(answering(answer(302, location=f"http://127.0.0.1:{other}/"), seen=home))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/", **credential}, secrets={"key": "s3cr3t-value"})
    assert finding.outcome.cause is None
    assert "s3cr3t" in home.requests[0] or "czNjcjN0" in home.requests[0] or "dTpzM2NyM3Q" in home.requests[0]
    assert "s3cr3t" not in elsewhere.requests[0]
    assert "authorization" not in elsewhere.requests[0].lower()


async def test_the_same_origin_keeps_the_credential(check: Check, serve: Servers) -> None:
    seen = Seen()
    port = await serve(answering(answer(302, location="/b"), answer(200), seen=seen))
    await check(
        "http", {"url": f"http://127.0.0.1:{port}/a", "auth": {"kind": "bearer", "token": "{key}"}}, secrets={"key": "s3cr3t-value"}
    )
    assert ["s3cr3t-value" in request for request in seen.requests] == [True, True]


async def test_coming_back_does_not_bring_the_credential_back(check: Check, serve: Servers) -> None:
    home, elsewhere = Seen(), Seen()
    ports: list[int] = []

    async def away(reader: Any, writer: Any) -> None:
        await answering(answer(302, location=f"http://127.0.0.1:{ports[0]}/back"), seen=elsewhere)(reader, writer)

    other = await serve(away)
    ports.append(await serve(answering(answer(302, location=f"http://127.0.0.1:{other}/"), answer(200), seen=home)))
    await check(
        "http", {"url": f"http://127.0.0.1:{ports[0]}/", "auth": {"kind": "bearer", "token": "{key}"}}, secrets={"key": "s3cr3t-value"}
    )
    assert ["s3cr3t-value" in request for request in home.requests] == [True, False]


async def test_a_body_is_not_carried_to_another_origin(check: Check, serve: Servers) -> None:
    elsewhere = Seen()
    other = await serve(answering(answer(200), seen=elsewhere))
    port = await serve(answering(answer(307, location=f"http://127.0.0.1:{other}/")))
    finding = await check("http", {"url": f"http://127.0.0.1:{port}/", "method": "POST", "form": {"client_secret": "x"}})
    assert finding.outcome.cause is Cause.CONTRACT
    assert elsewhere.requests == []
