"""Twilio: calls and messages (https://www.twilio.com/docs/usage/api)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from checks.asking import addresses, api, ask, reachability, status_page
from checks.errors import ErrorTable, Rule
from checks.provider import Provider, PublishedSla, SecretSpec, Signature, StatusPage
from checks.vantage import Probe, Vantage
from core.health import Cause, Outcome

ERRORS: Final = ErrorTable(
    # {"code": 20003, "message", "more_info", "status"} (https://www.twilio.com/docs/api/errors)
    rules=(
        Rule(Cause.AUTH, "Twilio says that the account is not active.", codes=("20005",)),
        Rule(Cause.AUTH, "The key may not read this.", (403,), codes=("20003", "20403")),
        Rule(Cause.AUTH, "Twilio refused the key.", codes=("20003",)),
        Rule(Cause.QUOTA, "Twilio's limit of calls at once is reached.", codes=("20429",)),
        Rule(Cause.SERVER_ERROR, "Twilio says that something failed on its side.", codes=("20500", "20503")),
        Rule(Cause.CLIENT_ERROR, "Twilio knows no such account.", codes=("20404",)),
    ),
    code_at=("code",),
    message_at=("message",),
    request_id_headers=("Twilio-Request-Id",),
)
PAGE: Final = StatusPage("https://status.twilio.com", components=("*REST API*", "*Programmable Messaging*", "*Programmable SMS*"))
ACCOUNT: Final = "{base_url}/2010-04-01/Accounts/{account_sid}"


def _account(settings: Mapping[str, Any], params: Any) -> Probe:
    """The account's own token reads the balance. A standard API key may not; it is shown the messages of a day without any,
    because a body with somebody's message, or an Account resource with its auth_token, must never be fetched."""
    balance = ask(
        ERRORS,
        url=ACCOUNT + "/Balance.json",
        auth={"kind": "basic", "username": "{account_sid}", "password": "{auth_token}"},
        expect={"json": [{"path": "$.account_sid", "equals": "{account_sid}"}, {"path": "$.currency", "is_a": "string"}]},
        keep_body=False,
    )(settings, params)
    nothing = ask(
        ERRORS,
        url=ACCOUNT + "/Messages.json?PageSize=1&DateSent=2000-01-01",
        auth={"kind": "basic", "username": "{api_key_sid}", "password": "{api_key_secret}"},
        expect={"json": [{"path": "$.messages", "is_a": "list"}]},
        keep_body=False,
    )(settings, params)

    async def probe(vantage: Vantage) -> Outcome:
        return await (balance if "auth_token" in vantage.secrets else nothing)(vantage)

    return probe


PROVIDER = Provider(
    slug="twilio",
    name="Twilio",
    category="communication",
    docs="https://www.twilio.com/docs/usage/api",
    errors=ERRORS,
    secrets=(
        SecretSpec("account_sid", "Account SID (AC...)"),
        SecretSpec("auth_token", "The account's auth token"),
        SecretSpec("api_key_sid", "API key SID (SK...), instead of the auth token", "a standard key"),
        SecretSpec("api_key_secret", "Its secret"),
    ),
    settings=addresses("https://api.twilio.com", PAGE),
    probes=(
        api(_account, frozenset({"account_sid", "auth_token"}), frozenset({"account_sid", "api_key_sid", "api_key_secret"})),
        reachability(ERRORS, 200, url="{base_url}/2010-04-01.json", expect={"json": [{"path": "$", "is_a": "object"}]}),
        status_page(PAGE),
    ),
    status_page=PAGE,
    sla=PublishedSla("99.95", "month", "https://www.twilio.com/en-us/legal/service-level-agreement", "10 % of the service's monthly fees"),
    signature=Signature("HMAC-SHA1", ("X-Twilio-Signature", "I-Twilio-Idempotency-Token"), "{url}{sorted parameters}"),
)
