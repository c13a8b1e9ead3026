"""SendGrid: GET /v3/scopes (twilio.com/docs/sendgrid/api-reference; sendgrid-oai oai.json)."""

from __future__ import annotations

from typing import Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import LETTERS, made_up
from lab.statuspages import atlassian
from lab.vendor import Vendor

KEY: Final = f"SG.{made_up('sendgrid id', 22, LETTERS)}.{made_up('sendgrid key', 43, LETTERS)}"
SCOPES: Final = ["mail.send", "mail.batch.create", "stats.read", "suppression.read", "sender_verification_eligible"]
LIMIT: Final = 600


def _error(request: Request, status: int, message: str, *, left: int = LIMIT - 1) -> Reply:
    return json_reply({"errors": [{"field": None, "message": message}]}, status, *_limits(request, left))


def _limits(request: Request, left: int) -> tuple[tuple[str, str], ...]:
    reset = (int(request.at_s) // 60 + 1) * 60
    return ("x-ratelimit-limit", str(LIMIT)), ("x-ratelimit-remaining", str(left)), ("x-ratelimit-reset", str(reset))


def answer(request: Request) -> Reply:
    if request.bearer is None:
        return _error(request, 401, "authorization required")
    if request.bearer != KEY:
        return _error(request, 401, "The provided authorization grant is invalid, expired, or revoked")
    if request.method != "GET":
        return _error(request, 405, "method not allowed")
    if request.path == "/v3/user/credits":
        plan = {"remain": 18_200, "total": 100_000, "overage": 0, "used": 81_800, "last_reset": "2026-11-01", "next_reset": "2026-12-01"}
        return json_reply({**plan, "reset_frequency": "monthly"}, 200, *_limits(request, LIMIT - 1))
    if request.path != "/v3/scopes":
        return _error(request, 404, "Not Found")
    return json_reply({"scopes": SCOPES}, 200, *_limits(request, LIMIT - 1))


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _error(request, 401, "The provided authorization grant is invalid, expired, or revoked")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    return _error(request, 403, "access forbidden")


def _quota(request: Request, _fault: Fault) -> Reply:
    return _error(request, 429, "too many requests", left=0)


def _server_error(request: Request, fault: Fault) -> Reply:
    return _error(request, fault.status, "internal error")


VENDOR: Final = Vendor(
    slug="sendgrid",
    name="SendGrid",
    category="email",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"api_key": KEY},
    path="/v3/scopes",
    page=atlassian.page,
    components=("API", "API v3", "Mail Sending", "SMTP", "Event Webhook", "Marketing Campaigns"),
)
