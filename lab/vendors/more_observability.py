"""Datadog and PagerDuty, in a few words (docs.datadoghq.com/api/latest/authentication, developer.pagerduty.com/docs/errors)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, api_key, plain


def _datadog(status: int, error: str, *headers: tuple[str, str]) -> No:
    return No(status, {"errors": [error]}, headers)


def _pagerduty(status: int, code: int, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"error": {"code": code, "message": message}}, headers)


DATADOG: Final = plain(
    "datadog",
    "Datadog",
    "observability",
    "/api/v1/validate",
    {"valid": True},
    {
        "refused_key": _datadog(403, "Forbidden"),
        "missing_scope": _datadog(403, "Failed permission authorization checks"),
        "quota": _datadog(429, "Too many requests", ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "{wait}")),
        "server_error": _datadog(0, "Internal error"),
    },
    auth=api_key("DD-API-KEY"),
    components=("API", "Metrics", "Logs", "Alerts"),
)
PAGERDUTY: Final = plain(
    "pagerduty",
    "PagerDuty",
    "observability",
    "/abilities",
    {"abilities": ["sso", "teams", "service_support_hours"]},
    {
        "refused_key": _pagerduty(401, 2006, "Unauthorized"),
        "missing_scope": _pagerduty(403, 2010, "Access Denied"),
        "quota": _pagerduty(429, 2020, "Rate Limit Exceeded", ("ratelimit-remaining", "0"), ("ratelimit-reset", "{wait}")),
        "server_error": _pagerduty(0, 2000, "Internal Server Error"),
    },
    auth=api_key("Authorization"),
    components=("REST API", "Events API", "Notification Delivery"),
)
VENDORS: Final = (DATADOG, PAGERDUTY)
