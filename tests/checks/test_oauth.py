"""A token for the client itself: fetched once, kept, renewed, and its refusal read for what it is."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.kinds import kinds
from checks.runner import Finding, Job, Runner, make_runner
from core.health import Cause
from tests.checks.conftest import Seen, Servers, answer, answering

pytestmark = pytest.mark.anyio
Check = Callable[..., Awaitable[Finding]]
SECRETS = {"id": "the client", "secret": "sh/h secret"}


def token(value: str = "tok-first-0001", **more: Any) -> bytes:
    return answer(200, json.dumps({"access_token": value, "token_type": "Bearer", "expires_in": 3600, **more}).encode())


def params(api: int, tokens: int, **auth: str) -> dict[str, Any]:
    return {
        "url": f"http://127.0.0.1:{api}/",
        "auth": {
            "kind": "oauth2_client_credentials",
            "token_url": f"http://127.0.0.1:{tokens}/token",
            "client_id": "{id}",
            "client_secret": "{secret}",
            **auth,
        },
    }


async def test_a_token_is_fetched_once_and_kept(check: Check, serve: Servers) -> None:
    asked, api = Seen(), Seen()
    target = params(await serve(answering(answer(), seen=api)), await serve(answering(token(), seen=asked)), scope="read")
    keep: dict[str, Any] = {}
    for _ in range(3):
        assert (await check("http", target, secrets=SECRETS, keep=keep)).outcome.cause is None
    assert len(asked.requests) == 1
    assert ["authorization: bearer tok-first-0001" in request.lower() for request in api.requests] == [True] * 3
    basic = b64encode(b"the%20client:sh%2Fh%20secret").decode()
    assert f"authorization: basic {basic}".lower() in asked.requests[0].lower()
    assert asked.requests[0].endswith("grant_type=client_credentials&scope=read")


async def test_the_secret_goes_into_the_body_where_the_vendor_wants_it_there(check: Check, serve: Servers) -> None:
    asked = Seen()
    target = params(await serve(answering(answer())), await serve(answering(token(), seen=asked)), style="post", audience="https://api/")
    await check("http", target, secrets=SECRETS)
    assert "authorization:" not in asked.requests[0].lower()
    assert asked.requests[0].endswith(
        "grant_type=client_credentials&audience=https%3A%2F%2Fapi%2F&client_id=the+client&client_secret=sh%2Fh+secret"
    )


async def test_a_kept_token_that_is_refused_is_renewed_once(check: Check, serve: Servers) -> None:
    asked, api = Seen(), Seen()
    tokens = await serve(answering(token("tok-first-0001"), token("tok-second-002"), seen=asked))
    target = params(await serve(answering(answer(200), answer(401), answer(200), seen=api)), tokens)
    keep: dict[str, Any] = {}
    assert (await check("http", target, secrets=SECRETS, keep=keep)).outcome.cause is None
    assert (await check("http", target, secrets=SECRETS, keep=keep)).outcome.cause is None
    assert [("tok-second-002" in request) for request in api.requests] == [False, False, True]


async def test_a_new_token_that_is_refused_is_our_credential(check: Check, serve: Servers) -> None:
    asked = Seen()
    target = params(await serve(answering(answer(401))), await serve(answering(token(), seen=asked)))
    assert (await check("http", target, secrets=SECRETS)).outcome.cause is Cause.AUTH
    assert len(asked.requests) == 1


async def test_a_token_is_renewed_before_it_ends(serve: Servers) -> None:
    asked = Seen()
    target = params(await serve(answering(answer())), await serve(answering(token(expires_in=600), seen=asked)))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    runner = make_runner(ca_file=None, user_agent="t", now=lambda: now, proxies=False)
    job = Job(kinds()["http"].probe(target), 5.0, secrets=SECRETS, private_targets=True)
    for minutes in (0, 5, 9.5):
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        await runner.run(job)
    assert len(asked.requests) == 2
    await runner.close()


async def test_a_new_secret_is_not_asked_with_the_old_token(runner: Runner, serve: Servers) -> None:
    asked = Seen()
    probe = kinds()["http"].probe(params(await serve(answering(answer())), await serve(answering(token(), seen=asked))))
    keep: dict[str, Any] = {}
    for secret in ("old", "new"):
        await runner.run(Job(probe, 5.0, secrets={**SECRETS, "secret": secret}, keep=keep, private_targets=True))
    assert len(asked.requests) == 2


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (answer(401, b'{"error": "invalid_client", "error_description": "Client authentication failed"}'), Cause.AUTH),
        (answer(400, b'{"error": "invalid_client"}'), Cause.AUTH),
        (answer(400, b'{"error": "invalid_scope"}'), Cause.AUTH),
        (answer(400, b'{"error": "unsupported_grant_type"}'), Cause.CLIENT_ERROR),
        (answer(429), Cause.QUOTA),
        (answer(503, b"<html>"), Cause.SERVER_ERROR),
        (answer(404), Cause.CLIENT_ERROR),
        (answer(200, b"<html>"), Cause.CONTRACT),
        (answer(200, b'{"token": "x"}'), Cause.CONTRACT),
        (answer(200, b'{"access_token": "a\\r\\nX-Evil: 1"}'), Cause.CONTRACT),
    ],
)
async def test_no_token_has_a_cause_too(check: Check, serve: Servers, said: bytes, cause: Cause) -> None:
    api = Seen()
    target = params(await serve(answering(answer(), seen=api)), await serve(answering(said)))
    finding = await check("http", target, secrets=SECRETS)
    assert finding.outcome.cause is cause
    assert "oken" in finding.outcome.detail
    assert api.requests == []


@pytest.mark.parametrize("stated", [None, "soon", -5, 1e400, True, [], "3600"])
async def test_a_strange_lifetime_harms_nobody(check: Check, serve: Servers, stated: Any) -> None:
    body = json.dumps({"access_token": "tok-first-0001", "expires_in": stated}).encode()
    target = params(await serve(answering(answer())), await serve(answering(answer(200, body))))
    assert (await check("http", target, secrets=SECRETS)).outcome.cause is None


async def test_a_token_is_a_secret_too(check: Check, serve: Servers) -> None:
    port = await serve(answering(answer(500, b"you sent opaque0123456789")))
    finding = await check("http", params(port, await serve(answering(token("opaque0123456789")))), secrets=SECRETS)
    assert finding.evidence is not None
    assert "opaque0123456789" not in repr(finding)


async def test_the_time_for_a_token_is_no_latency_of_the_api(check: Check, serve: Servers) -> None:
    target = params(await serve(answering(answer())), await serve(answering(token())))
    keep: dict[str, Any] = {}
    finding = await check("http", target, secrets=SECRETS, keep=keep)
    phases = finding.phases
    assert phases is not None
    assert finding.total_us == sum(
        part or 0 for part in (phases.dns_us, phases.connect_us, phases.tls_us, phases.first_byte_us, phases.transfer_us)
    )
