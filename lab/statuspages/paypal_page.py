"""PayPal's page: an Atom feed, as the real one; and, in the lab alone, Statuspage's form, so that its word can be read."""

from __future__ import annotations

from lab.exchange import Reply, Request
from lab.pages import PageState
from lab.statuspages import atlassian, feeds
from lab.vendor import Vendor


def page(vendor: Vendor, state: PageState, request: Request) -> Reply:
    if request.path == "/feed/atom":
        return feeds.atom(vendor, state)
    return atlassian.page(vendor, state, request)
