"""Configured against achieved interval: when each check was really asked, and which are asked too seldom."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import pairwise
from statistics import median_low
from typing import Final

from core.own_figures import Slowed
from scheduler.memory import Memory
from scheduler.prober import Heard

KEPT: Final = 6  # newest runs of a check
ENOUGH: Final = 3
SHOWN: Final = 5
WORTH: Final = 1.25  # times the configured interval: below that nobody needs to look


class Cadence:
    """Fed by the recorder's thread, read by another."""

    def __init__(self) -> None:
        self._asked: dict[int, deque[int]] = {}

    def heard(self, results: Iterable[Heard]) -> None:
        """Regular runs that were recorded."""
        for one in results:
            if not one.result.manual:
                self._asked.setdefault(one.result.check, deque(maxlen=KEPT)).append(one.result.at_ms + one.result.late_ms)

    def slowed(self, memory: Memory, names: Mapping[int, str], now_ms: int) -> tuple[Slowed, ...]:
        """The worst checks, the worst first."""
        found = []
        for check, asked in list(self._asked.items()):
            plan = memory.plan.checks.get(check)
            if plan is None:
                self._asked.pop(check, None)
                continue
            achieved = achieved_ms(asked.copy(), now_ms)
            if achieved is not None and achieved > WORTH * plan.interval_ms:
                found.append(Slowed(names.get(check, str(check)), plan.interval_ms, achieved, memory.gap_ms(check)))
        return tuple(sorted(found, key=lambda one: one.configured_ms / one.achieved_ms)[:SHOWN])


def achieved_ms(asked: Iterable[int], now_ms: int) -> int | None:
    """The usual gap, or the present one where that is longer; one long gap, as a sleep of the machine makes, is none of it."""
    instants = sorted(asked)
    if len(instants) < ENOUGH:
        return None
    gaps = [after - before for before, after in pairwise(instants)]
    return max(median_low(gaps), now_ms - instants[-1])
