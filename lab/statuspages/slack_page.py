"""Slack's own page: `/api/v2.0.0/current` and `/history` (docs.slack.dev/tools/java-slack-sdk/guides/status-api)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.pages import Look, PageState
from lab.statuspages.atlassian import hit
from lab.vendor import Vendor


def page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    if not request.path.startswith("/api/v2.0.0/") or state.look is Look.UNREADABLE:
        return text_reply("<!doctype html><title>Slack System Status</title>", 200, "text/html; charset=utf-8")
    incidents = [] if state.look is Look.GREEN else [_incident(vendor, state)]
    if request.path == "/api/v2.0.0/history":
        return json_reply(incidents)
    head = {"status": "active" if incidents else "ok", "date_created": _iso(request.at_s), "date_updated": _iso(request.at_s)}
    return json_reply({**head, "active_incidents": incidents})


def _incident(vendor: Vendor, state: PageState) -> dict[str, Any]:
    kind = "maintenance" if state.look is Look.MAINTENANCE else "outage" if state.status == "major_outage" else "incident"
    at = _iso(state.since_s)
    number = int(state.since_s) % 10_000
    note = {"date_created": at, "body": f"{state.headline}. We are investigating and will share more soon."}
    told = {"id": number, "date_created": at, "date_updated": at, "title": state.headline, "type": kind, "status": "active"}
    return {**told, "url": f"https://slack-status.com/2026-11/{number}", "services": [hit(vendor, state)], "notes": [note]}


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="seconds")
