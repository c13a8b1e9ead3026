"""What a simulated vendor says of itself on its status page, whatever the form of that page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """What the page shows."""

    GREEN = "green"
    RED = "red"
    MAINTENANCE = "maintenance"
    UNREADABLE = "unreadable"  # an HTML page where JSON was


@dataclass(frozen=True, slots=True)
class PageState:
    """The page at one moment. `component` is the part that is not well; `since_s` Unix seconds."""

    look: Look = Look.GREEN
    headline: str = "Elevated error rates"
    component: str = ""  # empty: the vendor's first
    status: str = "major_outage"  # Statuspage's word for the part: degraded_performance, partial_outage, major_outage
    since_s: float = 0.0


GREEN = PageState()
