"""Adyen and Square, in a few words (docs.adyen.com/development-resources/error-codes, developer.squareup.com/docs)."""

from __future__ import annotations

from typing import Any, Final

from lab.plain import No, api_key, plain


def _adyen(status: int, code: str, message: str, kind: str) -> No:
    return No(status, {"status": status or 503, "errorCode": code, "message": message, "errorType": kind})


def _square(status: int, category: str, code: str, detail: str) -> No:
    return No(status, {"errors": [{"category": category, "code": code, "detail": detail}]})


ADYEN: Final = plain(
    "adyen",
    "Adyen",
    "payments",
    "/v3/me",
    {"id": "S2-4B6E", "username": "ws@Company.ShopExample", "active": True, "roles": ["Management API"], "companyName": "ShopExample"},
    {
        "refused_key": _adyen(401, "000", "HTTP Status Response - Unauthorized", "security"),
        "missing_scope": _adyen(403, "010", "Not allowed", "security"),
        "quota": _adyen(429, "029", "Too many requests", "validation"),
        "server_error": _adyen(0, "905", "Payment details are not supported at the moment", "internal"),
    },
    auth=api_key("X-API-Key"),
)
_LOCATION: Final[dict[str, Any]] = {"id": "L88917AVBK2S5", "name": "Shop Example", "status": "ACTIVE", "currency": "EUR"}
SQUARE: Final = plain(
    "square",
    "Square",
    "payments",
    "/v2/locations",
    {"locations": [_LOCATION]},
    {
        "refused_key": _square(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED", "This request could not be authorized."),
        "missing_scope": _square(403, "AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", "The merchant has not given your application it."),
        "quota": _square(429, "RATE_LIMIT_ERROR", "RATE_LIMITED", "Your application is rate limited."),
        "server_error": _square(0, "API_ERROR", "SERVICE_UNAVAILABLE", "Square is unavailable."),
    },
    components=("Payments API", "Orders API", "Webhooks"),
)
VENDORS: Final = (ADYEN, SQUARE)
