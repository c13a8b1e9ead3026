"""Several locations, one check: what they say together, and how often they would be wrong together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb

from core.exact import Number, exact
from core.health import Status


def majority(locations: int) -> int:
    """More than half of them."""
    return locations // 2 + 1


def decide(states: Sequence[Status], quorum: int | None = None) -> Status:
    """Down by quorum; unknown while the unknown ones could still make it one; degraded by quorum, or when some are down; else up.

    Degraded is not down here. No location at all is unknown.
    """
    if not states:
        return Status.UNKNOWN
    if len(states) == 1 and quorum in (None, 1):
        return states[0]
    needed = majority(len(states)) if quorum is None else max(quorum, 1)
    downs = states.count(Status.DOWN)
    if downs >= needed:
        return Status.DOWN
    if downs + states.count(Status.UNKNOWN) >= needed:
        return Status.UNKNOWN
    return Status.DEGRADED if downs or states.count(Status.DEGRADED) >= needed else Status.UP


def false_alarm(locations: int, quorum: int, false_failure: Number) -> Fraction:
    """How probable it is that `quorum` or more of independent locations fail falsely at once."""
    p = exact(false_failure)
    return sum((comb(locations, i) * p**i * (1 - p) ** (locations - i) for i in range(max(quorum, 0), locations + 1)), Fraction(0))
