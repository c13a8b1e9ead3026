"""HubSpot: GET /account-info/v3/details (HubSpot-public-api-spec-collection, Account Info v3)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import made_up_uuid
from lab.statuspages import atlassian
from lab.vendor import Vendor

TOKEN: Final = "pat-eu1-" + made_up_uuid("hubspot token")
DAILY: Final = 250_000


def _reply(request: Request, value: Any, status: int = 200, *, left: int = 99) -> Reply:
    limits = (
        ("x-hubspot-ratelimit-daily", str(DAILY)),
        ("x-hubspot-ratelimit-daily-remaining", str(DAILY - 31_400 - request.number)),
        ("x-hubspot-ratelimit-max", "100"),
        ("x-hubspot-ratelimit-remaining", str(left)),
        ("x-hubspot-ratelimit-interval-milliseconds", "10000"),
    )
    return json_reply(value, status, *limits, ("x-hubspot-correlation-id", made_up_uuid(("hubspot", request.number))))


def _error(request: Request, status: int, message: str, *, left: int = 99, **more: Any) -> Reply:
    body = {"status": "error", "message": message, "correlationId": made_up_uuid(("hubspot", request.number)), **more}
    return _reply(request, body, status, left=left)


def answer(request: Request) -> Reply:
    if request.bearer is None:
        words = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
        return _error(request, 401, words, category="INVALID_AUTHENTICATION")
    if request.bearer != TOKEN:
        return _refused_key(request, Fault(Kind.REFUSED_KEY))
    if (request.method, request.path) != ("GET", "/account-info/v3/details"):
        return _error(request, 404, "resource not found", category="OBJECT_NOT_FOUND")
    zone = {"timeZone": "Europe/Berlin", "utcOffset": "+01:00", "utcOffsetMilliseconds": 3_600_000}
    place = {"uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1"}
    portal = {"portalId": 25_480_113, "accountType": "STANDARD", "companyCurrency": "EUR", "additionalCurrencies": []}
    return _reply(request, {**portal, **zone, **place})


def _refused_key(request: Request, _fault: Fault) -> Reply:
    words = "Authentication credentials not valid. The private app token was revoked or does not exist."
    return _error(request, 401, words, category="INVALID_AUTHENTICATION")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    words = "This app hasn't been granted all required scopes to make this call."
    needed = {"message": "One or more of the following scopes are required.", "context": {"requiredGranularScopes": ["oauth"]}}
    links = {"scopes": "https://developers.hubspot.com/scopes"}
    return _error(request, 403, words, errors=[needed], links=links, category="MISSING_SCOPES")


def _quota(request: Request, _fault: Fault) -> Reply:
    """HubSpot documents no Retry-After: the policy says how long a window is."""
    words = "You have reached your ten_secondly_rolling limit."
    more = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING", "category": "RATE_LIMITS"}
    return _error(request, 429, words, left=0, **more)


def _server_error(request: Request, fault: Fault) -> Reply:
    return _error(request, fault.status, "internal error")


VENDOR: Final = Vendor(
    slug="hubspot",
    name="HubSpot",
    category="crm",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"access_token": TOKEN},
    path="/account-info/v3/details",
    page=atlassian.page,
    components=("APIs", "CRM", "Email Sending", "Forms", "Reporting"),
)
