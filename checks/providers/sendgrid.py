"""SendGrid (Twilio): mail (https://www.twilio.com/docs/sendgrid/api-reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.fields import Model
from checks.provider import Provider, PublishedSla, SecretSpec, Signature, StatusPage
from checks.signals import QuotaHeaders
from checks.vantage import Probe
from core.health import Cause

ERRORS: Final = ErrorTable(
    # SendGrid gives words, no codes: {"errors": [{"message", "field", "help"}]}
    # https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors, .../rate-limits
    rules=(
        Rule(Cause.QUOTA, "SendGrid's plan has no mails left.", (401, 403), text="maximum credits exceeded"),
        Rule(Cause.AUTH, "SendGrid refused the API key.", (401,), text="authorization"),
        Rule(Cause.AUTH, "The API key lacks a scope.", (403,), text="access forbidden"),
        Rule(Cause.AUTH, "The API key lacks a scope, or the account is suspended.", (403,)),
        Rule(Cause.QUOTA, "SendGrid's rate limit is reached.", text="too many requests", statuses=(429,)),
    ),
    message_at=("errors.*.message",),
    request_id_headers=("X-Request-Id",),
    quota=(QuotaHeaders("X-RateLimit-Remaining", "X-RateLimit-Limit", "X-RateLimit-Reset"),),
)
PAGE: Final = StatusPage("https://status.sendgrid.com", components=("*API*", "*Mail Sending*"))


class Scopes(Model):
    """What the key must be allowed: a scope lost in silence is found before a mail is."""

    scopes: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]+$")], ...] = Field(
        default=(), description="Scopes the key must have.", examples=[["mail.send"]]
    )


def _scopes(settings: Mapping[str, Any], params: Scopes) -> Probe:
    wanted = [{"path": f"$.scopes[?@ == '{scope}']"} for scope in params.scopes]
    question = ask(
        ERRORS,
        url="{base_url}/v3/scopes",
        auth={"kind": "bearer", "token": "{api_key}"},
        expect={"json": [{"path": "$.scopes", "is_a": "list", "at_least": 1}, *wanted]},
    )
    return question(settings, params)


PROVIDER = Provider(
    slug="sendgrid",
    name="SendGrid",
    category="email",
    docs="https://www.twilio.com/docs/sendgrid/api-reference",
    errors=ERRORS,
    secrets=(SecretSpec("api_key", "API key", "any key: reading its own scopes needs none", r"\bSG\.[\w-]{20,24}\.[\w-]{39,50}"),),
    settings=addresses("https://api.sendgrid.com", PAGE),
    probes=(
        api(_scopes, frozenset({"api_key"}), params=Scopes),
        reachability(ERRORS, 401, url="{base_url}/v3/scopes", expect={"json": [{"path": "$.errors", "is_a": "list"}]}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    sla=PublishedSla("99.95", "month", "https://www.twilio.com/en-us/legal/service-level-agreement", "10 % of the month's email fee"),
    signature=Signature(
        "ECDSA P-256 with SHA-256",
        ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"),
        "{timestamp}{raw_body}",
    ),
)
