"""Stripe's own page: `/current`, as stripe/stripe-cli reads it (pkg/status/status.go)."""

from __future__ import annotations

from datetime import UTC, datetime

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.pages import Look, PageState
from lab.statuspages.atlassian import hit
from lab.vendor import Vendor


def page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    """The page knows no maintenance: a planned one would be `degraded`."""
    if request.path != "/current" or state.look is Look.UNREADABLE:
        return text_reply("<!doctype html><title>Stripe System Status</title>", 200, "text/html; charset=utf-8")
    bad = "down" if state.status == "major_outage" and state.look is Look.RED else "degraded"
    part = None if state.look is Look.GREEN else hit(vendor, state)
    statuses = {name: bad if name == part else "up" for name in vendor.components}
    largest = "up" if part is None else bad
    message = "All services are online." if part is None else state.headline
    time = datetime.fromtimestamp(request.at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return json_reply({"largestatus": largest, "message": message, "time": time, "statuses": statuses})
