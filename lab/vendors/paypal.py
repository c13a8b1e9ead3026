"""PayPal: a token, then GET /v1/notifications/webhooks (developer.paypal.com/api/rest; openapi notifications_webhooks_v1)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import DIGITS, HEX, LETTERS, made_up
from lab.statuspages import paypal_page
from lab.vendor import Vendor

CLIENT_ID: Final = "A" + made_up("paypal client", 79, LETTERS)
CLIENT_SECRET: Final = "E" + made_up("paypal secret", 79, LETTERS)
TOKEN: Final = "A21AA" + made_up("paypal token", 92, LETTERS)
SCOPE: Final = "https://uri.paypal.com/services/applications/webhooks openid"
TOKEN_PATH: Final = "/v1/oauth2/token"  # noqa: S105  (a path)
LIST_PATH: Final = "/v1/notifications/webhooks"
DOCS: Final = "https://developer.paypal.com/api/rest/responses/"


def _debug(request: Request) -> str:
    return "f" + made_up(("paypal", request.number), 12, HEX)


def _reply(request: Request, value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return json_reply(value, status, ("paypal-debug-id", _debug(request)), *headers)


def _error(request: Request, status: int, name: str, message: str, *headers: tuple[str, str]) -> Reply:
    body = {"name": name, "message": message, "debug_id": _debug(request), "information_link": DOCS + "#link-" + name.lower(), "links": []}
    return _reply(request, body, status, *headers)


def answer(request: Request) -> Reply:
    if request.path == TOKEN_PATH:
        return _token(request)
    if request.bearer is None:
        words = "Authentication failed due to invalid authentication credentials or a missing Authorization header."
        return _error(request, 401, "AUTHENTICATION_FAILURE", words)
    if request.bearer != TOKEN:
        return _reply(request, {"error": "invalid_token", "error_description": "Token signature verification failed"}, 401)
    if (request.method, request.path) != ("GET", LIST_PATH):
        return _error(request, 404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.")
    hook = {"id": made_up("paypal hook", 17, DIGITS), "url": "https://shop.example/paypal", "event_types": [{"name": "*"}], "links": []}
    return _reply(request, {"webhooks": [hook]})


def _token(request: Request) -> Reply:
    if request.method != "POST" or request.basic != (CLIENT_ID, CLIENT_SECRET):
        return _invalid_client(request)
    if request.form.get("grant_type") != "client_credentials":
        return _reply(request, {"error": "unsupported_grant_type", "error_description": "unsupported grant_type"}, 400)
    app = "APP-" + made_up("paypal app", 16, DIGITS)
    granted = {"scope": SCOPE, "access_token": TOKEN, "token_type": "Bearer", "app_id": app, "expires_in": 32_400}
    return _reply(request, granted)


def _invalid_client(request: Request) -> Reply:
    return _reply(request, {"error": "invalid_client", "error_description": "Client Authentication failed"}, 401)


def _refused_key(request: Request, _fault: Fault) -> Reply:
    if request.path == TOKEN_PATH:
        return _invalid_client(request)
    return _reply(request, {"error": "invalid_token", "error_description": "The token passed in was not found in the system"}, 401)


def _missing_scope(request: Request, _fault: Fault) -> Reply | None:
    if request.path == TOKEN_PATH:
        return None
    return _error(request, 403, "NOT_AUTHORIZED", "Authorization failed due to insufficient permissions.")


def _quota(request: Request, fault: Fault) -> Reply | None:
    if request.path == TOKEN_PATH:
        return None
    words = "Too many requests. Blocked due to rate limiting."
    return _error(request, 429, "RATE_LIMIT_REACHED", words, ("retry-after", str(fault.retry_after_s)))


def _server_error(request: Request, fault: Fault) -> Reply | None:
    """The identity service is another one: it goes on giving tokens."""
    if request.path == TOKEN_PATH:
        return None
    if fault.status == 500:
        return _error(request, 500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.")
    return _error(request, fault.status, "SERVICE_UNAVAILABLE", "Service Unavailable.")


VENDOR: Final = Vendor(
    slug="paypal",
    name="PayPal",
    category="payments",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    path=LIST_PATH,
    page=paypal_page.page,
    components=("Checkout", "Orders API", "Payouts API", "Webhooks", "Braintree"),
)
