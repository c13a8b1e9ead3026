"""Cloudflare: CDN and DNS (https://developers.cloudflare.com/api/)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, PublishedSla, SecretSpec, SettingSpec, Signature, StatusPage
from checks.signals import QuotaHeaders
from checks.vantage import Probe
from core.health import Cause

ERRORS: Final = ErrorTable(
    # {"success": false, "errors": [{"code", "message"}]}; a token's own state stands in `result.status`, with 200
    # https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/
    # https://developers.cloudflare.com/fundamentals/api/reference/limits/
    rules=(
        Rule(Cause.AUTH, "Cloudflare says that the token is {code}.", codes=("disabled", "expired")),
        Rule(Cause.AUTH, "Cloudflare does not know this token.", codes=("1000",), statuses=(401, 403)),
        Rule(Cause.AUTH, "This cannot be a token of Cloudflare.", codes=("6003", "6111"), statuses=(400,)),
        Rule(Cause.AUTH, "The token may not do this.", codes=("9109", "10000"), statuses=(401, 403)),
        Rule(Cause.QUOTA, "Cloudflare's rate limit is reached.", codes=("971", "10100"), statuses=(429,)),
        Rule(Cause.CLIENT_ERROR, "Cloudflare does not know this account.", codes=("7003",)),
    ),
    code_at=("errors.*.code", "result.status"),
    message_at=("errors.*.message",),
    request_id_headers=("cf-ray",),
    # 1,200 calls in 5 minutes and user: RateLimit: "default";r=1180;t=250, RateLimit-Policy: "burst";q=1200;w=300
    quota=(QuotaHeaders("RateLimit", "RateLimit-Policy", form="structured"),),
    expires_at="result.expires_on",
)
PAGE: Final = StatusPage("https://www.cloudflarestatus.com", components=("API",))  # of hundreds, one per city


def _verify(settings: Mapping[str, Any], params: Any) -> Probe:
    """A token owned by an account (cfat_) is verified below that account, a user's (cfut_) below the user."""
    owner = "accounts/{account_id}" if settings.get("account_id") else "user"
    question = ask(
        ERRORS,
        url=f"{{base_url}}/client/v4/{owner}/tokens/verify",
        auth={"kind": "bearer", "token": "{api_token}"},
        expect={"json": {"$.success": True, "$.result.status": "active"}},
    )
    return question(settings, params)


PROVIDER = Provider(
    slug="cloudflare",
    name="Cloudflare",
    category="cdn",
    docs="https://developers.cloudflare.com/api/",
    errors=ERRORS,
    secrets=(SecretSpec("api_token", "API token", "any valid token", r"\bcf[ua]t_[a-zA-Z0-9]{40}[a-f0-9]{8}\b"),),
    settings=(
        *addresses("https://api.cloudflare.com", PAGE),
        SettingSpec("account_id", "Account, for tokens owned by one", pattern=r"^[a-f0-9]{32}$"),
    ),
    probes=(
        api(_verify, frozenset({"api_token"})),
        reachability(ERRORS, 200, url="{base_url}/client/v4/ips", expect={"json": {"$.success": True}}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    sla=PublishedSla(
        "100", "month", "https://www.cloudflare.com/business-sla/", "outage minutes times the share of visitors hit, of the monthly fee"
    ),
    signature=Signature("shared secret, no signature", ("cf-webhook-auth",), "nothing: the header equals the secret"),
)
