"""Stripe: GET /v1/balance (docs.stripe.com/api, docs.stripe.com/error-handling, docs.stripe.com/rate-limits)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import LETTERS, made_up
from lab.statuspages import stripe_page
from lab.vendor import Vendor

KEY: Final = "rk_test_" + made_up("stripe key", 24, LETTERS)
ACCOUNT: Final = "acct_" + made_up("stripe account", 16, LETTERS)


def _reply(request: Request, value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    mark = ("request-id", "req_" + made_up(("stripe", request.number), 14, LETTERS))
    return json_reply(value, status, mark, ("stripe-version", "2026-10-28.endive"), *headers)


def _error(request: Request, status: int, message: str, *headers: tuple[str, str], **more: str) -> Reply:
    error = {"message": message, "type": "invalid_request_error", **more}
    return _reply(request, {"error": error}, status, *headers)


def answer(request: Request) -> Reply:
    key = request.bearer or (request.basic or ("",))[0]
    if not key:
        words = "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."
        return _error(request, 401, words, ("www-authenticate", 'Bearer realm="Stripe"'))
    if key != KEY:
        return _invalid(request, key)
    if (request.method, request.path) != ("GET", "/v1/balance"):
        return _error(request, 404, f"Unrecognized request URL ({request.method}: {request.path}).")
    money = {"amount": 1_284_050, "currency": "eur", "source_types": {"card": 1_284_050}}
    pending = {"amount": 96_310, "currency": "eur", "source_types": {"card": 96_310}}
    return _reply(request, {"object": "balance", "available": [money], "livemode": "_live_" in KEY, "pending": [pending]})


def _invalid(request: Request, key: str) -> Reply:
    return _error(request, 401, f"Invalid API Key provided: {key[:8]}{'*' * 12}{key[-4:]}")


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _invalid(request, request.bearer or KEY)


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    words = (
        f"The provided key 'rk_test_*********{KEY[-4:]}' does not have the required permissions for this endpoint on account "
        f"'{ACCOUNT}'. Having the 'rak_balance_read' permission would allow this request to continue."
    )
    return _error(request, 403, words)


def _quota(request: Request, _fault: Fault) -> Reply:
    """Stripe publishes no remaining counter and sends no Retry-After; the reason stands in a header."""
    headers = (("stripe-rate-limited-reason", "global-rate"), ("stripe-should-retry", "true"))
    link = "https://stripe.com/docs/error-codes/rate-limit"
    return _error(request, 429, "Request rate limit exceeded.", *headers, code="rate_limit", doc_url=link)


def _server_error(request: Request, fault: Fault) -> Reply:
    words = "Sorry! There was an error while talking to Stripe. Please let us know at support@stripe.com if this problem persists."
    return _reply(request, {"error": {"message": words, "type": "api_error"}}, fault.status, ("stripe-should-retry", "true"))


VENDOR: Final = Vendor(
    slug="stripe",
    name="Stripe",
    category="payments",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"secret_key": KEY},
    path="/v1/balance",
    page=stripe_page.page,
    components=("api", "dashboard", "stripejs", "checkoutjs", "webhooks", "emails"),
)
