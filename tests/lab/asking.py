"""How each vendor's own documentation says it is asked, written a second time: what a right question is."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from lab.world import Lab

OWN = ("stripe", "paypal", "auth0", "sendgrid", "aws_s3", "cloudflare", "sentry", "hubspot", "slack", "twilio")
TOKEN_FIRST = {"paypal": "/v1/oauth2/token", "auth0": "/oauth/token"}


@dataclass
class Question:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None


async def ask(client: httpx.AsyncClient, lab: Lab, slug: str, **changed: str) -> httpx.Response:
    """The vendor's own question with its right key, or with parts of the key `changed`; a refused token call is the answer."""
    keys = {**lab.vendors[slug].secrets, **changed}
    if slug in TOKEN_FIRST:
        token = await token_call(client, lab, slug, keys)
        if token.status_code != 200:
            return token
        keys["token"] = token.json()["access_token"]
    question = of(slug, keys, lab)
    auth = httpx.BasicAuth(*question.auth) if question.auth else None
    return await client.request(question.method, lab.url(slug) + question.path, headers=question.headers, auth=auth)


async def token_call(client: httpx.AsyncClient, lab: Lab, slug: str, keys: dict[str, str]) -> httpx.Response:
    url = lab.url(slug) + TOKEN_FIRST[slug]
    if slug == "paypal":
        return await client.post(url, data={"grant_type": "client_credentials"}, auth=(keys["client_id"], keys["client_secret"]))
    tenant = lab.vendors[slug].settings["tenant_domain"]
    asked = {"grant_type": "client_credentials", "client_id": keys["client_id"], "client_secret": keys["client_secret"]}
    return await client.post(url, json={**asked, "audience": f"https://{tenant}/api/v2/"})


PATHS = {
    "stripe": ("GET", "/v1/balance", "secret_key"),
    "paypal": ("GET", "/v1/notifications/webhooks", "token"),
    "auth0": ("GET", "/api/v2/tenants/settings?fields=session_lifetime&include_fields=true", "token"),
    "sendgrid": ("GET", "/v3/scopes", "api_key"),
    "cloudflare": ("GET", "/client/v4/user/tokens/verify", "api_token"),
    "sentry": ("GET", "/api/0/organizations/shop-example/?detailed=0", "auth_token"),
    "hubspot": ("GET", "/account-info/v3/details", "access_token"),
    "slack": ("POST", "/api/auth.test", "bot_token"),
}


def of(slug: str, keys: dict[str, str], lab: Lab) -> Question:
    if slug == "aws_s3":
        return signed(lab, keys)
    if slug == "twilio":
        path = f"/2010-04-01/Accounts/{lab.vendors[slug].secrets['account_sid']}/Balance.json"
        return Question("GET", path, auth=(keys["account_sid"], keys["auth_token"]))
    method, path, key = PATHS[slug]
    return Question(method, path, {"Authorization": f"Bearer {keys[key]}"})


def signed(lab: Lab, keys: dict[str, str], *, at: datetime | None = None, region: str = "eu-central-1") -> Question:
    """GET /?list-type=2&max-keys=0, as the steps of AWS's guide write it out."""
    at = at or datetime.now(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    host = lab.url("aws_s3").removeprefix("https://")
    empty = hashlib.sha256(b"").hexdigest()
    headers = {"host": host, "x-amz-content-sha256": empty, "x-amz-date": stamp}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"GET\n/\nlist-type=2&max-keys=0\n{lines}\n{names}\n{empty}"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + keys["secret_access_key"]).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    sent = {name: value for name, value in headers.items() if name != "host"}
    credential = f"Credential={keys['access_key_id']}/{scope}"
    sent["Authorization"] = f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
    return Question("GET", "/?list-type=2&max-keys=0", sent)
