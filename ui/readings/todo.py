"""What to do about an incident, by whose it is and what failed: only what holds for every vendor."""

from __future__ import annotations

from typing import Final

from core import own_health
from core.health import Cause
from core.ledger import IncidentKind, IncidentRow
from core.plan import IntegrationPlan
from core.verdict import Party
from ui.views.incident import Step

_OURS: Final = {
    Cause.AUTH: ("Replace the key.", "{vendor} refuses the one in use; nothing of theirs is down."),
    Cause.QUOTA: ("Make fewer calls, or buy more.", "Our share of {vendor}’s limit is used up; probing waits as long as it asks for."),
    Cause.MISSED: ("See why our job did not call.", "Something of ours was to report in and did not."),
    Cause.CONFIG: ("Set what is missing.", "The configuration page of the monitor names the secret or the setting."),
    Cause.BLOCKED: ("See what refuses us.", "The target is not allowed, or something in between answers in its place."),
    Cause.INTERNAL: ("Report this.", "The monitor itself failed; no vendor is charged."),
}
_CONFIGURED: Final = ("Check how this check is set up.", "It has not succeeded since its configuration changed.")


def steps(incident: IncidentRow, plan: IntegrationPlan | None) -> tuple[Step, ...]:
    """In the order they make sense; none for what needs no hand or is over."""
    if incident.kind is IncidentKind.BLIND or incident.closed_ms is not None:
        return ()
    if incident.kind is IncidentKind.MONITOR:
        return (Step(own_health.todo(incident.key) or "Read the system page.", "", "", ""),)
    vendor = plan.provider_name or plan.name if plan else "the vendor"
    party = incident.verdict.party if incident.verdict else Party.UNKNOWN
    found = [_first(party, incident.cause, vendor)]
    if party is Party.THEIRS and plan and plan.status_page_url:
        found.append(Step(f"Follow what {vendor} says.", "", plan.status_page_url, "Their status page"))
    if party is Party.THEIRS:
        found.append(Step(f"Tell {vendor}.", "The failing results below carry its own request ids where it gave any."))
    return tuple(found)


def _first(party: Party, cause: Cause, vendor: str) -> Step:
    if party is Party.THEIRS:
        return Step("Nothing to fix on our side.", "Do not rotate keys, do not deploy because of this.")
    if party is Party.PATH:
        return Step("Look at our way out.", f"{vendor} is not charged: others fail at the same time, while unrelated addresses answer.")
    if party is Party.OURS:
        what, how = _OURS.get(cause, _CONFIGURED)
        return Step(what, how.format(vendor=vendor))
    return Step("Read the newest failing result.", "The facts do not say whose it is; the answer itself may.")
