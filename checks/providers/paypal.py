"""PayPal: payments (https://developer.paypal.com/api/rest/)."""

from __future__ import annotations

from typing import Final

from checks.asking import addresses, api, ask, reachability
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, SecretSpec, Signature, StatusPage
from core.health import Cause

SCOPE: Final = "https://uri.paypal.com/services/applications/webhooks"
ERRORS: Final = ErrorTable(
    # https://developer.paypal.com/api/rest/responses/, https://developer.paypal.com/api/rest/reference/rate-limiting.md;
    # the token call answers in OAuth's own form: {"error", "error_description"}
    rules=(
        Rule(Cause.AUTH, "PayPal does not know this client id and secret.", codes=("invalid_client",)),
        Rule(Cause.AUTH, "PayPal refused the credential.", codes=("AUTHENTICATION_FAILURE", "invalid_token")),
        Rule(Cause.AUTH, f"The app lacks the scope {SCOPE}.", codes=("NOT_AUTHORIZED", "PERMISSION_DENIED")),
        Rule(Cause.QUOTA, "PayPal's rate limit is reached.", codes=("RATE_LIMIT_REACHED",)),
        Rule(
            Cause.SERVER_ERROR, "PayPal says that something failed on its side.", codes=("INTERNAL_SERVER_ERROR", "INTERNAL_SERVICE_ERROR")
        ),
    ),
    code_at=("name", "error", "details.*.issue"),
    message_at=("message", "error_description"),
    request_id_headers=("Paypal-Debug-Id",),
    request_id_at=("debug_id",),
)

PROVIDER = Provider(
    slug="paypal",
    name="PayPal",
    category="payments",
    docs="https://developer.paypal.com/api/rest/",
    errors=ERRORS,
    secrets=(
        SecretSpec("client_id", "Client id of a REST app", f"scope {SCOPE}"),
        SecretSpec("client_secret", "Its secret"),
    ),
    settings=addresses("https://api-m.paypal.com"),  # sandbox: https://api-m.sandbox.paypal.com
    probes=(
        api(
            # PayPal asks to keep a token until it ends, typically 9 h, and not to fetch one per call.
            ask(
                ERRORS,
                url="{base_url}/v1/notifications/webhooks",
                auth={
                    "kind": "oauth2_client_credentials",
                    "token_url": "{base_url}/v1/oauth2/token",
                    "client_id": "{client_id}",
                    "client_secret": "{client_secret}",
                },
                expect={"json": [{"path": "$.webhooks", "is_a": "list"}]},
            ),
            frozenset({"client_id", "client_secret"}),
        ),
        # The gateway answers in its own form or in OAuth's: both are PayPal speaking.
        reachability(ERRORS, 401, url="{base_url}/v1/notifications/webhooks", expect={"json": [{"path": "$", "is_a": "object"}]}),
    ),
    status_page=StatusPage("https://www.paypal-status.com", engine=None, note="engine not yet built: custom_spa (Atom feed)"),
    signature=Signature(
        "RSA-SHA256 with the certificate at PAYPAL-CERT-URL",
        ("PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME", "PAYPAL-TRANSMISSION-SIG", "PAYPAL-CERT-URL", "PAYPAL-AUTH-ALGO"),
        "{transmission_id}|{transmission_time}|{webhook_id}|{crc32(raw_body)}",
    ),
)
