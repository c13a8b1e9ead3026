"""Statuspage, version 2 of its API: summary, status, components, incidents, scheduled maintenances."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.identifiers import made_up
from lab.pages import Look, PageState
from lab.vendor import Vendor

WINDOW_S: Final = 7200
_INDICATOR: Final = {"degraded_performance": "minor", "partial_outage": "major", "major_outage": "critical"}
_SENTENCE: Final = {"minor": "Minor Service Outage", "major": "Partial System Outage", "critical": "Major Service Outage"}


def page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    """What is asked of the page; every other path is its page for people."""
    documents = _documents(vendor, state, request)
    name = request.path.removeprefix("/api/v2/").removesuffix(".json")
    if request.path.startswith("/api/v2/"):
        if state.look is Look.UNREADABLE:
            return _shell(vendor)
        return json_reply(documents[name]) if name in documents else json_reply({"error": "not found"}, 404)
    return _for_people(vendor, documents["summary"])


def _documents(vendor: Vendor, state: PageState, request: Request) -> dict[str, Any]:
    head = {"page": _head(vendor, request)}
    status = {"status": _status(state)}
    components = {"components": [_component(vendor, state, name, at) for at, name in enumerate(vendor.components, 1)]}
    incidents = {"incidents": _incidents(vendor, state)}
    windows = {"scheduled_maintenances": _windows(vendor, state)}
    return {
        "summary": {**head, **components, **incidents, **windows, **status},
        "status": {**head, **status},
        "components": {**head, **components},
        "incidents": {**head, **incidents},
        "incidents/unresolved": {**head, **incidents},
        "scheduled-maintenances": {**head, **windows},
        "scheduled-maintenances/active": {**head, **windows},
        "scheduled-maintenances/upcoming": {**head, "scheduled_maintenances": []},
    }


def _head(vendor: Vendor, request: Request) -> dict[str, Any]:
    id_ = made_up(("page", vendor.slug), 12)
    return {"id": id_, "name": vendor.name, "url": f"https://{request.host}", "time_zone": "Etc/UTC", "updated_at": _iso(request.at_s)}


def _status(state: PageState) -> dict[str, str]:
    if state.look is Look.MAINTENANCE:
        return {"indicator": "maintenance", "description": "Service Under Maintenance"}
    if state.look is Look.RED:
        indicator = _INDICATOR[state.status]
        return {"indicator": indicator, "description": _SENTENCE[indicator]}
    return {"indicator": "none", "description": "All Systems Operational"}


def hit(vendor: Vendor, state: PageState) -> str:
    """The component that is not well: the one named, else the vendor's first."""
    return state.component if state.component in vendor.components else vendor.components[0]


def _component(vendor: Vendor, state: PageState, name: str, position: int) -> dict[str, Any]:
    status = "operational"
    if state.look in (Look.RED, Look.MAINTENANCE) and name == hit(vendor, state):
        status = state.status if state.look is Look.RED else "under_maintenance"
    id_ = made_up(("component", vendor.slug, name), 12)
    return {"id": id_, "name": name, "status": status, "position": position, "group_id": None, "group": False, "showcase": True}


def _incidents(vendor: Vendor, state: PageState) -> list[dict[str, Any]]:
    if state.look is not Look.RED:
        return []
    impact = _INDICATOR[state.status]
    return [{**_trouble(vendor, state), "status": "investigating", "impact": impact, "started_at": _iso(state.since_s)}]


def _windows(vendor: Vendor, state: PageState) -> list[dict[str, Any]]:
    if state.look is not Look.MAINTENANCE:
        return []
    planned = {"scheduled_for": _iso(state.since_s), "scheduled_until": _iso(state.since_s + WINDOW_S)}
    return [{**_trouble(vendor, state), "status": "in_progress", "impact": "maintenance", **planned}]


def _trouble(vendor: Vendor, state: PageState) -> dict[str, Any]:
    id_ = made_up(("trouble", vendor.slug, state.headline, state.since_s), 12)
    at = _iso(state.since_s)
    name = hit(vendor, state)
    part = _component(vendor, state, name, vendor.components.index(name) + 1)
    words = {"id": made_up(id_, 12), "status": "investigating", "body": f"{state.headline}. We are looking into it.", "created_at": at}
    link = f"https://status.example/{vendor.slug}/incidents/{id_}"
    return {"id": id_, "name": state.headline, "created_at": at, "shortlink": link, "components": [part], "incident_updates": [words]}


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shell(vendor: Vendor) -> Reply:
    """What a page that moved away answers everywhere: HTML with 200."""
    title = escape(vendor.name)
    return text_reply(f'<!doctype html><title>{title} status</title><div id="app"></div>', 200, "text/html; charset=utf-8")


def _for_people(vendor: Vendor, summary: dict[str, Any]) -> Reply:
    parts = "".join(f"<li>{escape(part['name'])}: {escape(part['status'].replace('_', ' '))}</li>" for part in summary["components"])
    told = "".join(f"<p><b>{escape(item['name'])}</b></p>" for item in summary["incidents"] + summary["scheduled_maintenances"])
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(vendor.name)} status</title>'
    style = "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>"
    body = f"<h1>{escape(summary['status']['description'])}</h1>{told}<ul>{parts}</ul>"
    return text_reply(f"{head}{style}{body}</html>", 200, "text/html; charset=utf-8")
