"""Okta, Microsoft Entra and Google's discovery document, in a few words (developer.okta.com/docs/reference/error-codes)."""

from __future__ import annotations

from typing import Any, Final

from lab.plain import No, plain


def _okta(status: int, code: str, summary: str, *headers: tuple[str, str]) -> No:
    id_ = "oae" + code[-6:] + "Rk3TgQ8mVw0Zs"
    return No(status, {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": id_, "errorCauses": []}, headers)


def _graph(status: int, code: str, message: str, *headers: tuple[str, str]) -> No:
    inner = {"date": "2026-11-24T13:00:00", "request-id": "5a6bdb1e-4a57-4d6a-9c51-6e3c4b0a7f2d"}
    return No(status, {"error": {"code": code, "message": message, "innerError": inner}}, headers)


_ORGANISATION: Final[dict[str, Any]] = {"id": "00o1abcdEXAMPLE", "subdomain": "shop-example", "status": "ACTIVE"}
OKTA: Final = plain(
    "okta",
    "Okta",
    "identity",
    "/api/v1/org",
    _ORGANISATION,
    {
        "refused_key": _okta(401, "E0000011", "Invalid token provided"),
        "missing_scope": _okta(403, "E0000006", "You do not have permission to perform the requested action"),
        "quota": _okta(429, "E0000047", "API call exceeded rate limit due to too many requests.", ("x-rate-limit-remaining", "0")),
        "server_error": _okta(0, "E0000009", "Internal Server Error"),
    },
    auth={"kind": "bearer", "scheme": "SSWS", "token": "{token}"},
    components=("Core Platform", "Single Sign-On", "Multifactor Authentication"),
)
ENTRA: Final = plain(
    "microsoft_entra",
    "Microsoft Entra",
    "identity",
    "/v1.0/organization",
    {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#organization", "value": [{"displayName": "Shop Example"}]},
    {
        "refused_key": _graph(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        "missing_scope": _graph(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
        "quota": _graph(429, "TooManyRequests", "Too many requests.", ("retry-after", "{wait}")),
        "server_error": _graph(0, "serviceNotAvailable", "The service is temporarily unavailable."),
    },
)
_ISSUER: Final = "https://accounts.google.com"
GOOGLE: Final = plain(
    "google_oidc",
    "Google sign-in",
    "identity",
    "/.well-known/openid-configuration",
    {"issuer": _ISSUER, "authorization_endpoint": _ISSUER + "/o/oauth2/v2/auth", "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs"},
    {"server_error": No(0, {"error": {"code": 503, "message": "The service is currently unavailable.", "status": "UNAVAILABLE"}})},
    auth={},
)
VENDORS: Final = (OKTA, ENTRA, GOOGLE)
