"""Mixpanel, Salesforce and OpenAI, in a few words (platform.openai.com/docs/guides/error-codes)."""

from __future__ import annotations

from typing import Any, Final

from lab.plain import No, basic, plain


def _mixpanel(status: int, error: str) -> No:
    return No(status, {"error": error, "status": "error"})


def _salesforce(status: int, code: str, message: str) -> No:
    return No(status, [{"message": message, "errorCode": code}])


def _openai(status: int, kind: str, code: str | None, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"error": {"message": message, "type": kind, "param": None, "code": code}}, headers)


MIXPANEL: Final = plain(
    "mixpanel",
    "Mixpanel",
    "analytics",
    "/api/app/me",
    {"status": "ok", "results": {"organizations": {"4711": {"name": "Shop Example"}}}},
    {
        "refused_key": _mixpanel(401, "Invalid service account credentials"),
        "missing_scope": _mixpanel(403, "Service account does not have access to this project"),
        "quota": No(429, {"error": "API rate limit exceeded: 60 queries per hour", "status": "error"}, (("retry-after", "{wait}"),)),
        "server_error": _mixpanel(0, "Internal server error"),
    },
    auth=basic("shop.4f2a.mp-service-account"),
    components=("Query API", "Data Ingestion", "Web Application"),
)
_LIMITS: Final[dict[str, Any]] = {"DailyApiRequests": {"Max": 100_000, "Remaining": 71_204}}
SALESFORCE: Final = plain(
    "salesforce",
    "Salesforce",
    "analytics",
    "/services/data/v62.0/limits",
    _LIMITS,
    {
        "refused_key": _salesforce(401, "INVALID_SESSION_ID", "Session expired or invalid"),
        "missing_scope": _salesforce(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization."),
        "quota": _salesforce(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        "server_error": _salesforce(0, "SERVER_UNAVAILABLE", "Server unavailable, please try again"),
    },
    headers=(("sforce-limit-info", "api-usage=28796/100000"),),
)
_SPENT: Final = "You exceeded your current quota, please check your plan and billing details."
OPENAI: Final = plain(
    "openai",
    "OpenAI",
    "analytics",
    "/v1/models",
    {"object": "list", "data": [{"id": "gpt-4o", "object": "model", "owned_by": "system"}]},
    {
        "refused_key": _openai(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
        "missing_scope": _openai(403, "invalid_request_error", "insufficient_permissions", "You have insufficient permissions."),
        "quota": _openai(429, "insufficient_quota", "insufficient_quota", _SPENT, ("retry-after", "{wait}")),
        "server_error": _openai(0, "server_error", None, "The server had an error while processing your request."),
    },
    components=("Chat Completions", "Models", "Embeddings", "Files"),
    headers=(("x-ratelimit-limit-requests", "10000"), ("x-ratelimit-remaining-requests", "1900"), ("x-ratelimit-reset-requests", "8.64s")),
)
VENDORS: Final = (MIXPANEL, SALESFORCE, OPENAI)
