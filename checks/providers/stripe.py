"""Stripe: payments (https://docs.stripe.com/api)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, SecretSpec, SettingSpec, Signature, StatusPage
from checks.vantage import Probe
from core.health import Cause

ERRORS: Final = ErrorTable(
    # https://docs.stripe.com/error-handling, https://docs.stripe.com/rate-limits
    rules=(
        Rule(Cause.AUTH, "Stripe says that the key has expired.", codes=("api_key_expired",)),
        Rule(Cause.QUOTA, "Stripe's rate limit is reached.", codes=("rate_limit",)),  # with 429, on old accounts with 400
        Rule(
            Cause.CLIENT_ERROR, "Stripe says that another request of ours holds the object.", codes=("lock_timeout",)
        ),  # 429, yet no quota
        Rule(Cause.QUOTA, "Stripe limits our calls ({status}).", (429,), header=("Stripe-Rate-Limited-Reason", "")),
        Rule(Cause.AUTH, "Stripe refused the key.", (401,), codes=("invalid_request_error",)),
        Rule(Cause.AUTH, "The restricted key lacks the permission Balance: Read.", (403,), codes=("invalid_request_error",)),
        Rule(Cause.SERVER_ERROR, "Stripe says that something failed on its side.", codes=("api_error",)),
    ),
    code_at=("error.code", "error.type"),
    message_at=("error.message",),
    request_id_headers=("Request-Id",),
    notice_headers=("Stripe-Notice",),  # how the official library learns of an end (stripe-python _api_requestor.py)
)
PAGE: Final = StatusPage("https://status.stripe.com", engine="stripe", components=("api",))


def _balance(settings: Mapping[str, Any], params: Any) -> Probe:
    """`livemode` in the body is the only proof of live or test. The body holds amounts: it is asserted, never kept."""
    mode = {"$.livemode": settings["livemode"]} if isinstance(settings.get("livemode"), bool) else {}
    wanted = [{"path": path, "equals": value} for path, value in {"$.object": "balance", **mode}.items()]
    question = ask(
        ERRORS,
        url="{base_url}/v1/balance",
        auth={"kind": "bearer", "token": "{secret_key}"},
        expect={"json": [*wanted, {"path": "$.available", "is_a": "list"}]},
        keep_body=False,
    )
    return question(settings, params)


PROVIDER = Provider(
    slug="stripe",
    name="Stripe",
    category="payments",
    docs="https://docs.stripe.com/api",
    errors=ERRORS,
    secrets=(
        SecretSpec(
            "secret_key",
            "Secret or restricted key (sk_, rk_)",
            "restricted key with Balance: Read",
            r"\b(?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99}\b",
        ),
    ),
    settings=(
        *addresses("https://api.stripe.com", PAGE),
        SettingSpec("livemode", "true or false: what the key must turn out to be"),
    ),
    probes=(
        api(_balance, frozenset({"secret_key"})),
        reachability(ERRORS, 401, url="{base_url}/v1/balance", expect={"json": {"$.error.type": "invalid_request_error"}}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    signature=Signature("HMAC-SHA256", ("Stripe-Signature",), "{t}.{raw_body}", tolerance_s=300),
)
