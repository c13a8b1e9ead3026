"""Whether a check flaps: the weighed share of changes among its last 21 states, as in Nagios Core (base/flapping.c)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from core.exact import Number, exact

KEPT: Final = 21  # states, oldest first: 20 possible changes
LOW_PCT: Final = 20
HIGH_PCT: Final = 30


def change_percent(states: Sequence[Hashable]) -> Fraction:
    """0 to 100. A recent change weighs 1.25, the oldest 0.75 (the source; the documentation's drawing says 0.8 to 1.2).

    With fewer than 21 states the missing ones are the oldest, and did not change.
    """
    changes = [before != after for before, after in pairwise(states[-KEPT:])]
    oldest = KEPT - len(changes)
    weights = (Fraction(3, 4) + Fraction(place - 1, 38) for place in range(oldest, KEPT))
    return sum((weight for weight, changed in zip(weights, changes, strict=True) if changed), Fraction(0)) * 100 / (KEPT - 1)


def starts_flapping(percent: Fraction, high_pct: Number = HIGH_PCT) -> bool:
    return percent >= exact(high_pct)


def stops_flapping(percent: Fraction, low_pct: Number = LOW_PCT) -> bool:
    return percent <= exact(low_pct)


def is_flapping(states: Sequence[Hashable], was: bool, low_pct: Number = LOW_PCT, high_pct: Number = HIGH_PCT) -> bool:
    """Between the two thresholds it stays as it was."""
    percent = change_percent(states)
    return starts_flapping(percent, high_pct) or (was and not stops_flapping(percent, low_pct))
