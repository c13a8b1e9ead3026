"""Slack as a vendor: auth.test and api.test (docs.slack.dev/reference/methods/auth.test); nearly every answer is a 200."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import DIGITS, LETTERS, made_up
from lab.statuspages import slack_page
from lab.vendor import Vendor

TOKEN: Final = f"xoxb-{made_up('slack team', 12, DIGITS)}-{made_up('slack bot', 13, DIGITS)}-{made_up('slack token', 24, LETTERS)}"


def _reply(request: Request, value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    mark = ("x-slack-req-id", made_up(("slack", request.number), 32))
    return json_reply(value, status, mark, ("x-oauth-scopes", "chat:write,channels:read,channels:history"), *headers)


def _refusal(request: Request, error: str, **more: str) -> Reply:
    return _reply(request, {"ok": False, "error": error, **more})


def answer(request: Request) -> Reply:
    given = {**request.query, **request.form}
    if request.path == "/api/api.test":
        error = given.get("error")
        return _refusal(request, error) if error else _reply(request, {"ok": True})
    if request.path != "/api/auth.test":
        return _refusal(request, "unknown_method", req_method=request.path.removeprefix("/api/"))
    token = request.bearer or given.get("token")
    if not token:
        return _refusal(request, "not_authed")
    if token != TOKEN:
        return _refusal(request, "invalid_auth")
    team = {"team": "Shop Example", "team_id": "T" + made_up("slack team id", 10, DIGITS), "url": "https://shop-example.slack.com/"}
    bot = {"user": "integration-health", "user_id": "U" + made_up("slack user", 10, DIGITS), "bot_id": "B" + made_up("slack b", 10, DIGITS)}
    return _reply(request, {"ok": True, **team, **bot, "is_enterprise_install": False})


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _refusal(request, "token_revoked")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    return _refusal(request, "missing_scope", needed="chat:write", provided="channels:read")


def _quota(request: Request, fault: Fault) -> Reply:
    return _reply(request, {"ok": False, "error": "ratelimited"}, 429, ("retry-after", str(fault.retry_after_s)))


def _server_error(request: Request, _fault: Fault) -> Reply:
    """Slack's own trouble is a 200 too; only its front door says 5xx."""
    return _refusal(request, "internal_error")


VENDOR: Final = Vendor(
    slug="slack",
    name="Slack",
    category="messaging",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"bot_token": TOKEN},
    path="/api/auth.test",
    page=slack_page.page,
    components=("Login/SSO", "Messaging", "Apps/Integrations/APIs", "Notifications", "Connections"),
)
