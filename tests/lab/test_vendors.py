"""Each simulated vendor answers its right key, refuses a wrong one, and says no in its own words."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from lab.catalogue import vendors
from lab.faults import Fault, Kind
from lab.world import Lab
from tests.lab.asking import OWN, Question, ask, signed

pytestmark = pytest.mark.anyio

PLAIN = sorted(slug for slug, vendor in vendors().items() if slug not in OWN and vendor.answer is not None)
WRONG = {
    "stripe": ({"secret_key": "rk_test_" + "x" * 24}, 401, "invalid_request_error"),
    "paypal": ({"client_secret": "E" * 80}, 401, "invalid_client"),
    "auth0": ({"client_secret": "x" * 64}, 401, "access_denied"),
    "sendgrid": ({"api_key": "SG.x.y"}, 401, "authorization grant"),
    "aws_s3": ({"access_key_id": "AKIA" + "B" * 16}, 403, "InvalidAccessKeyId"),
    "cloudflare": ({"api_token": "x" * 40}, 401, "1000"),
    "sentry": ({"auth_token": "sntryu_x"}, 401, "Invalid token"),
    "hubspot": ({"access_token": "pat-eu1-x"}, 401, "INVALID_AUTHENTICATION"),
    "slack": ({"bot_token": "xoxb-1"}, 200, "invalid_auth"),
    "twilio": ({"auth_token": "0" * 32}, 401, "20003"),
}
KINDS = (Kind.REFUSED_KEY, Kind.MISSING_SCOPE, Kind.QUOTA, Kind.SERVER_ERROR)  # the last with the status 502
NOES = {
    "stripe": ((401, "Invalid API Key"), (403, "rak_balance_read"), (429, "rate_limit"), (502, "api_error")),
    "paypal": ((401, "invalid_client"), (403, "NOT_AUTHORIZED"), (429, "RATE_LIMIT_REACHED"), (502, "SERVICE_UNAVAILABLE")),
    "auth0": ((401, "access_denied"), (403, "insufficient_scope"), (429, "too_many_requests"), (502, '"statusCode":502')),
    "sendgrid": ((401, "authorization grant"), (403, "access forbidden"), (429, "too many requests"), (502, '"errors"')),
    "aws_s3": ((403, "InvalidAccessKeyId"), (403, "AccessDenied"), (503, "SlowDown"), (502, "InternalError")),
    "cloudflare": ((401, '"code":1000'), (403, "9109"), (429, "971"), (502, '"success":false')),
    "sentry": ((401, "Invalid token"), (403, "do not have permission"), (429, "too frequently"), (502, "Internal Error")),
    "hubspot": ((401, "INVALID_AUTHENTICATION"), (403, "MISSING_SCOPES"), (429, "TEN_SECONDLY_ROLLING"), (502, "correlationId")),
    "slack": ((200, "token_revoked"), (200, "missing_scope"), (429, "ratelimited"), (200, "internal_error")),
    "twilio": ((401, "20003"), (403, "20003"), (429, "20429"), (502, "20500")),
}
PROOF: dict[str, Any] = {
    "stripe": lambda body: body["object"] == "balance" and isinstance(body["available"], list) and body["livemode"] is False,
    "paypal": lambda body: isinstance(body["webhooks"], list),
    "auth0": lambda body: body == {"session_lifetime": 168},
    "sendgrid": lambda body: "mail.send" in body["scopes"],
    "cloudflare": lambda body: body["success"] is True and body["result"]["status"] == "active",
    "sentry": lambda body: body["slug"] == "shop-example" and body["status"]["id"] == "active",
    "hubspot": lambda body: isinstance(body["portalId"], int) and body["accountType"] == "STANDARD" and body["timeZone"],
    "slack": lambda body: body["ok"] is True and body["team_id"] and body["user_id"],
    "twilio": lambda body: body["account_sid"].startswith("AC") and body["currency"] == "EUR",
}


@pytest.mark.parametrize("slug", sorted(PROOF))
async def test_a_right_key_is_answered_in_the_vendors_shape(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    answer = await ask(client, lab, slug)
    assert answer.status_code == 200
    assert PROOF[slug](answer.json())


@pytest.mark.parametrize("slug", OWN)
async def test_a_wrong_key_is_refused_in_the_vendors_words(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    changed, status, words = WRONG[slug]
    answer = await ask(client, lab, slug, **changed)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slug", OWN)
async def test_each_no_is_the_vendors_own(lab: Lab, client: httpx.AsyncClient, slug: str, kind: Kind) -> None:
    status, words = NOES[slug][KINDS.index(kind)]
    lab.break_(slug, Fault(kind, status=502))
    answer = await ask(client, lab, slug)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


@pytest.mark.parametrize("slug", OWN)
async def test_a_healed_vendor_answers_again(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    lab.break_(slug, Kind.REFUSED_KEY)
    lab.break_(slug, Kind.SERVER_ERROR)
    lab.heal(slug)
    assert (await ask(client, lab, slug)).status_code == 200
    assert lab.faults(slug) == ()


def test_no_two_of_the_ten_vendors_say_no_alike() -> None:
    said = [str(NOES[slug]) for slug in OWN]
    assert len(set(said)) == len(OWN)


@pytest.mark.parametrize("slug", PLAIN)
async def test_a_plain_vendor_takes_its_key_and_refuses_others(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    vendor = lab.vendors[slug]
    right = await plain(client, lab, slug, vendor.secrets.get("token", ""))
    wrong = await plain(client, lab, slug, "wrong")
    assert right.status_code == 200
    assert wrong.status_code == (wrong.status_code if vendor.secrets else 200)
    assert (wrong.status_code in (401, 403)) == bool(vendor.secrets)


@pytest.mark.parametrize("slug", PLAIN)
async def test_a_plain_vendor_fails_in_a_shape_of_its_own(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    lab.break_(slug, Fault(Kind.SERVER_ERROR, status=500))
    answer = await plain(client, lab, slug, lab.vendors[slug].secrets.get("token", ""))
    assert answer.status_code == 500
    assert answer.json()


async def plain(client: httpx.AsyncClient, lab: Lab, slug: str, token: str) -> httpx.Response:
    vendor = lab.vendors[slug]
    auth = {name: value.replace("{token}", token) for name, value in vendor.auth.items()}
    headers: dict[str, str] = {}
    if auth.get("kind") == "bearer":
        headers["Authorization"] = f"{auth.get('scheme', 'Bearer')} {auth['token']}"
    if auth.get("kind") == "api_key":
        headers[auth["name"]] = auth["value"]
    basic = httpx.BasicAuth(auth["username"], auth["password"]) if auth.get("kind") == "basic" else None
    return await client.get(lab.url(slug) + vendor.path, headers=headers, auth=basic)


async def test_strangers_are_answered_as_always_while_a_key_is_refused(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.break_("cloudflare", Kind.REFUSED_KEY)
    answer = await client.get(lab.url("cloudflare") + "/client/v4/ips")
    assert answer.json()["success"] is True


@pytest.mark.parametrize(
    ("slug", "path", "status", "words"),
    [
        ("stripe", "/v1/balance", 401, "did not provide an API key"),
        ("paypal", "/v1/notifications/webhooks", 401, "AUTHENTICATION_FAILURE"),
        ("auth0", "/.well-known/openid-configuration", 200, "jwks_uri"),
        ("sendgrid", "/v3/scopes", 401, "authorization required"),
        ("aws_s3", "/", 403, "AccessDenied"),
        ("cloudflare", "/client/v4/ips", 200, "ipv4_cidrs"),
        ("sentry", "/api/0/organizations/", 401, "Authentication credentials were not provided."),
        ("hubspot", "/account-info/v3/details", 401, "INVALID_AUTHENTICATION"),
        ("slack", "/api/auth.test", 200, "not_authed"),
        ("twilio", "/2010-04-01.json", 200, "subresource_uris"),
    ],
)
async def test_a_stranger_gets_what_the_vendor_says_to_strangers(
    lab: Lab, client: httpx.AsyncClient, slug: str, path: str, status: int, words: str
) -> None:
    answer = await client.get(lab.url(slug) + path)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


@pytest.mark.parametrize(
    ("slug", "header"),
    [("auth0", "x-ratelimit-remaining"), ("sendgrid", "x-ratelimit-remaining"), ("sentry", "x-sentry-rate-limit-remaining")],
)
async def test_a_spent_quota_leaves_nothing_in_the_vendors_headers(lab: Lab, client: httpx.AsyncClient, slug: str, header: str) -> None:
    before = await ask(client, lab, slug)
    lab.break_(slug, Kind.QUOTA)
    after = await ask(client, lab, slug)
    assert int(before.headers[header]) > 0
    assert after.headers[header] == "0"


@pytest.mark.parametrize("slug", ["paypal", "cloudflare", "sentry", "slack", "twilio"])
async def test_a_spent_quota_says_when_to_come_back(lab: Lab, client: httpx.AsyncClient, slug: str) -> None:
    lab.break_(slug, Fault(Kind.QUOTA, retry_after_s=42))
    assert (await ask(client, lab, slug)).headers["retry-after"] == "42"


async def test_auth0_gives_no_token_without_the_right_audience(lab: Lab, client: httpx.AsyncClient) -> None:
    keys = lab.vendors["auth0"].secrets
    asked = {"grant_type": "client_credentials", "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    without = await client.post(lab.url("auth0") + "/oauth/token", json=asked)
    wrong = await client.post(lab.url("auth0") + "/oauth/token", data={**asked, "audience": "https://other/"})
    assert (without.status_code, "No audience" in without.text) == (403, True)
    assert (wrong.status_code, "Service not found" in wrong.text) == (403, True)


async def test_auth0_issues_for_the_address_it_is_asked_at(lab: Lab, client: httpx.AsyncClient) -> None:
    found = (await client.get(lab.url("auth0") + "/.well-known/openid-configuration")).json()
    assert found["issuer"] == lab.url("auth0") + "/"
    assert (await client.get(found["jwks_uri"])).json()["keys"]


async def listed(client: httpx.AsyncClient, lab: Lab, question: Question) -> httpx.Response:
    return await client.get(lab.url("aws_s3") + question.path, headers=question.headers)


async def test_s3_lists_for_a_right_signature_alone(lab: Lab, client: httpx.AsyncClient) -> None:
    keys = dict(lab.vendors["aws_s3"].secrets)
    right = await listed(client, lab, signed(lab, keys))
    wrong = await listed(client, lab, signed(lab, {**keys, "secret_access_key": "x" * 40}))
    assert (right.status_code, right.headers["x-amz-bucket-region"]) == (200, "eu-central-1")
    assert ET.fromstring(right.text).tag.endswith("ListBucketResult")
    assert (wrong.status_code, ET.fromstring(wrong.text).findtext("Code")) == (403, "SignatureDoesNotMatch")


async def test_s3_notices_a_wrong_region_and_a_wrong_clock(lab: Lab, client: httpx.AsyncClient) -> None:
    keys = dict(lab.vendors["aws_s3"].secrets)
    region = await listed(client, lab, signed(lab, keys, region="us-east-1"))
    clock = await listed(client, lab, signed(lab, keys, at=datetime.now(UTC) - timedelta(minutes=16)))
    assert (region.status_code, ET.fromstring(region.text).findtext("Code")) == (400, "AuthorizationHeaderMalformed")
    assert (clock.status_code, ET.fromstring(clock.text).findtext("Code")) == (403, "RequestTimeTooSkewed")


async def test_s3_refuses_a_head_without_a_body(lab: Lab, client: httpx.AsyncClient) -> None:
    answer = await client.head(lab.url("aws_s3") + "/")
    assert (answer.status_code, answer.content) == (403, b"")


async def test_a_vendor_remembers_what_it_was_asked(lab: Lab, client: httpx.AsyncClient) -> None:
    await client.post(lab.url("slack") + "/api/api.test?error=x", content=b"hello")
    await lab.wait_asked("slack", 1)
    (asked,) = lab.asked("slack")
    assert (asked.method, asked.query, asked.body) == ("POST", {"error": "x"}, b"hello")


async def test_a_paced_vendor_takes_its_time(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.pace("stripe", 120)
    answer = await ask(client, lab, "stripe")
    assert answer.elapsed > timedelta(milliseconds=50)
