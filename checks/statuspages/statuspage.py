"""Atlassian Statuspage, version 2 of its API (`/api/v2/summary.json`, as every page's own `/api` documents it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from checks.engine import Scope, StatusPageEngine, Trouble, reading, require_ours, safe_link
from checks.foreign import Unreadable, parse_instant, parse_json, plain
from core.health import PageReading

_RED: Final = {
    "degraded_performance": "degraded performance",
    "partial_outage": "partial outage",
    "major_outage": "major outage",
}
_OVER: Final = frozenset({"resolved", "postmortem", "completed", "scheduled"})


def read(body: bytes, scope: Scope) -> PageReading:
    """Red: one of our components is not operational, or an open incident names one."""
    page = parse_json(body)
    if not isinstance(page, dict) or not isinstance(page.get("components"), list) or not isinstance(page.get("page"), dict):
        raise Unreadable("the page is not a Statuspage summary")
    components = [item for item in page["components"] if isinstance(item, dict)]
    ours = _ours(components, scope)
    require_ours(scope.whole or bool(ours), scope)
    ids = {_text(item, "id") for item in ours}
    troubles = [*_incidents(page, ids, scope), *_windows(page, ids, scope), *_components(ours)]
    calm = _calm(page, ours, scope)
    return reading(troubles, _unwell(ours), calm, safe_link(page["page"].get("url")))


def _ours(components: list[dict[str, Any]], scope: Scope) -> list[dict[str, Any]]:
    groups = {_text(item, "id"): _text(item, "name") for item in components if item.get("group") is True}
    leaves = [item for item in components if item.get("group") is not True]
    return [item for item in leaves if scope.covers(_text(item, "name"), _text(item, "id"), groups.get(_text(item, "group_id"), ""))]


def _components(ours: list[dict[str, Any]]) -> Iterator[Trouble]:
    for item in ours:
        status = _text(item, "status")
        if status in _RED:
            yield Trouble(f"{_text(item, 'name')}: {_RED[status]}")
        elif status == "under_maintenance":
            yield Trouble(f"{_text(item, 'name')}: under maintenance", maintenance=True)


def _incidents(page: dict[str, Any], ids: set[str], scope: Scope) -> Iterator[Trouble]:
    for item in _open(page, "incidents"):
        if scope.whole or _names_one(item, ids):
            yield Trouble(
                _text(item, "name"), safe_link(item.get("shortlink")), parse_instant(item.get("started_at") or item.get("created_at"))
            )


def _windows(page: dict[str, Any], ids: set[str], scope: Scope) -> Iterator[Trouble]:
    for item in _open(page, "scheduled_maintenances"):
        if scope.whole or _names_one(item, ids):
            yield Trouble(_text(item, "name"), safe_link(item.get("shortlink")), parse_instant(item.get("scheduled_for")), maintenance=True)


def _open(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = page.get(name)
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return [item for item in found if _text(item, "status") not in _OVER]


def _names_one(item: dict[str, Any], ids: set[str]) -> bool:
    named = item.get("components")
    return isinstance(named, list) and any(isinstance(part, dict) and _text(part, "id") in ids for part in named)


def _unwell(ours: list[dict[str, Any]]) -> list[str]:
    return [_text(item, "name") for item in ours if _text(item, "status") != "operational"]


def _calm(page: dict[str, Any], ours: list[dict[str, Any]], scope: Scope) -> str:
    """The page's own sentence speaks for all of it; for a part of it only its components do."""
    status = page.get("status")
    if scope.whole and isinstance(status, dict):
        return _text(status, "description") or "operational"
    names = [_text(item, "name") for item in ours[:3]]
    return ", ".join(names) + (" and more" if len(ours) > 3 else "") + ": operational"


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return plain(value) if isinstance(value, str) else ""


ENGINE: Final = StatusPageEngine("statuspage", "Statuspage v2", "/api/v2/summary.json", read)
