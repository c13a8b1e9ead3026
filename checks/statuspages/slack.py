"""Slack's own status page: `/api/v2.0.0/current` (https://docs.slack.dev/tools/java-slack-sdk/guides/status-api)."""

from __future__ import annotations

from typing import Any, Final

from checks.engine import Scope, StatusPageEngine, Trouble, reading, safe_link
from checks.foreign import Unreadable, parse_instant, parse_json, plain
from core.health import PageReading

# A notice informs; an incident or an outage says that something does not work.
_QUIET: Final = ("notice",)
_CLOSED: Final = ("resolved", "completed", "cancelled", "scheduled")


def read(body: bytes, scope: Scope) -> PageReading:
    """Red: an open incident names one of our services. The page lists a service only while something is wrong with it."""
    page = parse_json(body)
    if not isinstance(page, dict) or page.get("status") not in ("ok", "active") or not isinstance(page.get("active_incidents", []), list):
        raise Unreadable("the page is not Slack's status")
    issues = [item for item in page.get("active_incidents", []) if isinstance(item, dict) and _is_open(item)]
    ours = [(item, names) for item in issues if (names := _names(item, scope)) or scope.whole]
    return reading(
        [_trouble(item) for item, _ in ours],
        [name for _, names in ours for name in names],
        "Slack reports no open incident" + ("" if scope.whole else " of ours"),
        "https://slack-status.com",
    )


def _is_open(item: dict[str, Any]) -> bool:
    return item.get("status") not in _CLOSED and item.get("type") not in _QUIET


def _names(item: dict[str, Any], scope: Scope) -> list[str]:
    services = item.get("services")
    named = [plain(name) for name in services if isinstance(name, str)] if isinstance(services, list) else []
    return [name for name in named if scope.covers(name)]


def _trouble(item: dict[str, Any]) -> Trouble:
    title = item.get("title")
    return Trouble(
        plain(title) if isinstance(title, str) and title else "Slack reports an incident",
        safe_link(item.get("url")),
        parse_instant(item.get("date_created")),
        maintenance=item.get("type") == "maintenance",
    )


ENGINE: Final = StatusPageEngine("slack", "Slack's own page", "/api/v2.0.0/current", read)
