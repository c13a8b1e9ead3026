"""Sentry: error monitoring (https://docs.sentry.io/api/)."""

from __future__ import annotations

from typing import Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, SecretSpec, SettingSpec, Signature, StatusPage
from checks.signals import QuotaHeaders
from core.health import Cause

ERRORS: Final = ErrorTable(
    # {"detail": "..."} or {"detail": {"code", "message"}} (https://docs.sentry.io/api/auth/, https://docs.sentry.io/api/ratelimits/)
    rules=(
        Rule(Cause.AUTH, "Sentry refused the token.", (401,), text="invalid token"),
        Rule(Cause.AUTH, "Sentry was given no token it can read.", (401,), text="authentication credentials were not provided"),
        # An organisation's own token (sntrys_) often lacks org:read: it is alive and may not look.
        Rule(Cause.AUTH, "The token lacks the scope org:read.", (403,), text="do not have permission"),
        Rule(
            Cause.AUTH, "Sentry wants a second step of sign-in ({code}).", (401, 403), codes=("sso-required", "member-disabled-over-limit")
        ),
        Rule(Cause.QUOTA, "Sentry's rate limit is reached.", (429,), text="too frequently"),
        Rule(Cause.CLIENT_ERROR, "Sentry knows no such organisation in this region.", (404,)),
    ),
    code_at=("detail.code",),
    message_at=("detail.message", "detail"),
    quota=(QuotaHeaders("X-Sentry-Rate-Limit-Remaining", "X-Sentry-Rate-Limit-Limit", "X-Sentry-Rate-Limit-Reset"),),
)
PAGE: Final = StatusPage("https://status.sentry.io")

PROVIDER = Provider(
    slug="sentry",
    name="Sentry",
    category="monitoring",
    docs="https://docs.sentry.io/api/",
    errors=ERRORS,
    secrets=(SecretSpec("auth_token", "Auth token", "org:read", r"\bsntry(?:s_eyJ[A-Za-z0-9+/=_]{80,}|u_[a-f0-9]{64}\b)"),),
    settings=(
        SettingSpec("org_slug", "Organisation, as in its address", pattern=r"^[a-z0-9_-]+$"),
        *addresses("https://us.sentry.io", PAGE),  # or https://de.sentry.io, or one's own
    ),
    probes=(
        api(
            ask(
                ERRORS,
                url="{base_url}/api/0/organizations/{org_slug}/?detailed=0",
                auth={"kind": "bearer", "token": "{auth_token}"},
                expect={"json": {"$.slug": "{org_slug}"}},
            ),
            frozenset({"auth_token"}),
            needs_settings=("org_slug",),
        ),
        reachability(ERRORS, 401, url="{base_url}/api/0/organizations/", expect={"json": [{"path": "$.detail"}]}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    signature=Signature("HMAC-SHA256", ("Sentry-Hook-Signature", "Sentry-Hook-Timestamp", "Sentry-Hook-Resource"), "{raw_body}"),
)
