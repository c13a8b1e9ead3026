"""Stripe's own status page: `/current`, as its command line tool reads it (stripe/stripe-cli pkg/status/status.go)."""

from __future__ import annotations

from typing import Any, Final

from checks.engine import Scope, StatusPageEngine, Trouble, reading, require_ours
from checks.foreign import Unreadable, parse_json, plain
from core.health import PageReading

_WELL: Final = "up"


def read(body: bytes, scope: Scope) -> PageReading:
    """Red: one of our services is not `up`; for the whole page, the largest status is not."""
    page = parse_json(body)
    if not isinstance(page, dict) or not isinstance(page.get("largestatus"), str) or not isinstance(page.get("statuses"), dict):
        raise Unreadable("the page is not Stripe's status")
    services = {plain(name, 60): plain(state, 60) for name, state in page["statuses"].items() if isinstance(state, str)}
    ours = {name: state for name, state in services.items() if scope.covers(name)}
    require_ours(scope.whole or bool(ours), scope)
    unwell = {name: state for name, state in ours.items() if state != _WELL}
    troubles = [Trouble(f"{name}: {state}") for name, state in unwell.items()]
    if scope.whole and page["largestatus"] != _WELL:
        troubles.insert(0, Trouble(_message(page)))
    calm = _message(page) if scope.whole else ", ".join(ours) + ": up"
    return reading(troubles, unwell, calm, "https://status.stripe.com")


def _message(page: dict[str, Any]) -> str:
    message = page.get("message")
    return plain(message) if isinstance(message, str) and message else f"Stripe is {plain(page['largestatus'], 60)}"


ENGINE: Final = StatusPageEngine("stripe", "Stripe's own page", "/current", read)
