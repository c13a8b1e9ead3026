"""Many at once: when it is one trouble and not many, and when it is our own network."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.health import Status

GROUP_AT_LEAST: Final = 5  # fewer providers failing together may be chance
JOIN_MS: Final = 60_000  # incidents opened this long before a group forms join it
GROWS_MS: Final = 900_000  # a group of few that nobody joined for so long is what is left of a trouble, not the trouble itself


class Grouping(StrEnum):
    """What a round of failures is taken for."""

    OBSERVER_OFFLINE = "observer_offline"
    MASS_FAILURE_GROUP = "mass_failure_group"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the providers that were asked in a window fail."""

    failing: int = 0
    asked: int = 0

    @property
    def half(self) -> bool:
        """At least half of those asked, and at least one."""
        return self.failing > 0 and 2 * self.failing >= self.asked

    @property
    def many(self) -> bool:
        """At least half, and so many that it is no chance."""
        return self.half and self.failing >= GROUP_AT_LEAST


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from a round of failures: how many messages go out, what the results count as, how many incidents open."""

    grouping: Grouping
    messages: int
    recorded_as: Status
    incidents: int


def network_lost(tally: Tally, canaries_answering: int, canaries_asked: int) -> bool:
    """Row 5 of the verdict: no canary answers and at least half of the providers asked fail. Without canaries nobody can tell."""
    return canaries_asked > 0 and canaries_answering == 0 and tally.half


def group(tally: Tally, canaries_answering: int, canaries_asked: int) -> Consequence:
    """What `tally.failing` failures within one window come to."""
    if network_lost(tally, canaries_answering, canaries_asked):
        return Consequence(Grouping.OBSERVER_OFFLINE, 1, Status.UNKNOWN, 0)
    if tally.many:
        return Consequence(Grouping.MASS_FAILURE_GROUP, 1, Status.DOWN, tally.failing)
    return Consequence(Grouping.INDIVIDUAL, tally.failing, Status.DOWN, tally.failing)
