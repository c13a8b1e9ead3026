"""Slack: team chat (https://docs.slack.dev/reference/methods/auth.test)."""

from __future__ import annotations

from typing import Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ANY, ErrorTable, Rule
from checks.provider import Provider, PublishedSla, SecretSpec, Signature, StatusPage
from core.health import Cause

ERRORS: Final = ErrorTable(
    # The status is 200 even for a bad token: {"ok": false, "error": "invalid_auth"} says it all
    # https://docs.slack.dev/reference/methods/auth.test#errors, https://docs.slack.dev/apis/web-api/rate-limits
    rules=(
        Rule(Cause.QUOTA, "Slack's rate limit is reached.", codes=("ratelimited", "rate_limited")),
        Rule(
            Cause.AUTH, "Slack says that the token was revoked or has ended.", codes=("token_revoked", "token_expired", "account_inactive")
        ),
        Rule(Cause.AUTH, "The app lacks a scope.", codes=("missing_scope", "no_permission", "not_allowed_token_type")),
        Rule(
            Cause.AUTH,
            "Slack refused the token.",
            codes=("not_authed", "invalid_auth", "org_login_required", "access_denied", "ekm_access_denied"),
        ),
        Rule(
            Cause.SERVER_ERROR,
            "Slack says that something failed on its side ({code}).",
            codes=("fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"),
        ),
        Rule(
            Cause.CLIENT_ERROR,
            "Slack has withdrawn this method ({code}).",
            codes=("method_deprecated", "deprecated_endpoint", "upgrade_required"),
        ),
        Rule(Cause.CLIENT_ERROR, "Slack refused our request ({code}).", (2,), codes=(ANY,)),
    ),
    code_at=("error",),
    message_at=("needed", "response_metadata.messages.*"),
    request_id_headers=("x-slack-req-id",),
)
PAGE: Final = StatusPage("https://slack-status.com", engine="slack", components=("Apps/Integrations/APIs", "Messaging"))

PROVIDER = Provider(
    slug="slack",
    name="Slack",
    category="communication",
    docs="https://docs.slack.dev/reference/methods/auth.test",
    errors=ERRORS,
    secrets=(
        SecretSpec(
            "bot_token",
            "Bot or user token",
            "no scope at all",
            r"\bxox(?:b-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]*|[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34})",
        ),
    ),
    settings=addresses("https://slack.com", PAGE),
    probes=(
        api(
            ask(
                ERRORS,
                method="POST",
                url="{base_url}/api/auth.test",
                auth={"kind": "bearer", "token": "{bot_token}"},
                expect={
                    "json": [
                        {"path": "$.ok", "equals": True},
                        {"path": "$.team_id", "is_a": "string"},
                        {"path": "$.user_id", "is_a": "string"},
                    ]
                },
            ),
            frozenset({"bot_token"}),
        ),
        reachability(ERRORS, 200, method="POST", url="{base_url}/api/api.test", expect={"json": {"$.ok": True}}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    calls_per_minute=20,  # the second lowest tier: no method we use allows less
    sla=PublishedSla(
        "99.99", "calendar quarter", "https://slack.com/terms/service-level-agreement", "10 times what was paid for the downtime"
    ),
    signature=Signature("HMAC-SHA256", ("X-Slack-Signature", "X-Slack-Request-Timestamp"), "v0:{timestamp}:{raw_body}", tolerance_s=300),
)
