"""Status pages that are feeds: PayPal's Atom, Auth0's RSS per tenant, and the events of AWS in UTF-16."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from lab.exchange import Reply, Request, text_reply
from lab.pages import Look, PageState
from lab.statuspages.atlassian import hit
from lab.vendor import Vendor


def atom(vendor: Vendor, state: PageState) -> Reply:
    """One entry per incident; its state is a prefix of the title."""
    at = datetime.fromtimestamp(state.since_s, UTC).isoformat()
    title = escape(f"Initial Notification: {state.headline}")
    entry = f"<entry><id>urn:{vendor.slug}:{int(state.since_s)}</id><title>{title}</title><updated>{at}</updated></entry>"
    told = "" if state.look is Look.GREEN else entry
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(vendor.name)} Status</title>{told}</feed>'
    return text_reply(f'<?xml version="1.0" encoding="UTF-8"?>{feed}', 200, "application/atom+xml")


def auth0_page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    if request.path != "/api/rss":
        return text_reply("<!doctype html><title>Auth0 Status</title>", 200, "text/html; charset=utf-8")
    if not request.query.get("domain"):
        return text_reply("Domain is required.", 400)
    at = format_datetime(datetime.fromtimestamp(state.since_s, UTC))
    item = f"<item><title>{escape(f'{hit(vendor, state)}: {state.headline}')}</title><pubDate>{at}</pubDate></item>"
    told = "" if state.look is Look.GREEN else item
    channel = f"<channel><title>Auth0 status of {escape(request.query['domain'])}</title>{told}</channel>"
    return text_reply(f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0">{channel}</rss>', 200, "application/rss+xml")


def aws_page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    """`/public/currentevents`: UTF-16 with a byte order mark; status 0 is resolved, 1 to 3 are open."""
    if request.path != "/public/currentevents":
        return text_reply("<!doctype html><title>AWS Health Dashboard</title>", 200, "text/html; charset=utf-8")
    event = {
        "date": str(int(state.since_s)),
        "arn": "",
        "service": hit(vendor, state),
        "status": "2",
        "summary": state.headline,
        "event_log": [{"summary": state.headline, "message": "We are investigating.", "status": 2, "timestamp": int(state.since_s)}],
    }
    events = [] if state.look is Look.GREEN else [event]
    body = b"\xfe\xff" + json.dumps(events).encode("utf-16-be")
    return Reply(200, (("content-type", "application/json"),), body)
