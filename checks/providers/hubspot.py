"""HubSpot: CRM (https://developers.hubspot.com/docs/api-reference/account-info)."""

from __future__ import annotations

from typing import Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, SecretSpec, Signature, StatusPage
from checks.signals import QuotaHeaders
from core.health import Cause

ERRORS: Final = ErrorTable(
    # {"status": "error", "message", "correlationId", "category", "errorType"?, "policyName"?}
    # https://developers.hubspot.com/docs/api-reference/error-handling, https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
    rules=(
        Rule(Cause.AUTH, "HubSpot says that the token has expired.", codes=("EXPIRED_AUTHENTICATION",)),
        Rule(Cause.AUTH, "HubSpot refused the token.", codes=("INVALID_AUTHENTICATION",)),
        Rule(Cause.AUTH, "The private app lacks a scope.", codes=("MISSING_SCOPES",)),
        Rule(Cause.QUOTA, "HubSpot's daily limit is used up.", (429,), codes=("DAILY",)),
        Rule(Cause.QUOTA, "HubSpot's rate limit is reached.", codes=("RATE_LIMITS", "RATE_LIMIT")),
        # 423: the portal is locked for a moment while HubSpot works on it.
        Rule(Cause.SERVER_ERROR, "HubSpot has locked the account for a moment.", (423,)),
    ),
    code_at=("policyName", "category", "errorType"),
    message_at=("message",),
    request_id_headers=("x-hubspot-correlation-id",),
    request_id_at=("correlationId",),
    quota=(
        QuotaHeaders("X-HubSpot-RateLimit-Daily-Remaining", "X-HubSpot-RateLimit-Daily"),
        QuotaHeaders("X-HubSpot-RateLimit-Remaining", "X-HubSpot-RateLimit-Max"),
    ),
)
PAGE: Final = StatusPage("https://status.hubspot.com")

PROVIDER = Provider(
    slug="hubspot",
    name="HubSpot",
    category="crm",
    docs="https://developers.hubspot.com/docs/api-reference/account-info",
    errors=ERRORS,
    secrets=(
        SecretSpec(
            "access_token",
            "Token of a private app",
            "scope oauth, no object scope",
            r"\bpat-(?:eu|na)1-[A-Za-z0-9]{8}(?:-[A-Za-z0-9]{4}){3}-[A-Za-z0-9]{12}\b",
        ),
    ),
    settings=addresses("https://api.hubapi.com", PAGE),
    probes=(
        api(
            ask(
                ERRORS,
                url="{base_url}/account-info/v3/details",
                auth={"kind": "bearer", "token": "{access_token}"},
                expect={
                    "json": [
                        {"path": "$.portalId", "is_a": "number"},
                        {"path": "$.accountType", "one_of": ["STANDARD", "SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER"]},
                        {"path": "$.timeZone", "is_a": "string"},
                    ]
                },
            ),
            frozenset({"access_token"}),
        ),
        reachability(ERRORS, 401, url="{base_url}/account-info/v3/details", expect={"json": {"$.status": "error"}}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    calls_per_minute=60,  # a free portal's private app has 100 in 10 s, shared with real work
    signature=Signature(
        "HMAC-SHA256 (v3)",
        ("X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"),
        "{method}{uri}{raw_body}{timestamp}",
        tolerance_s=300,
    ),
)
