"""When a run of results changes a state: consecutive failures open, consecutive successes close, and what neither counts nor resets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

STALE_GAPS: Final = 10  # a streak whose last counted result is older than this many planned gaps starts anew


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Open after so many failures in a row, close after so many successes."""

    open_after: int
    close_after: int


@dataclass(frozen=True, slots=True)
class Machine:
    """One state machine between two counted results. Edges are the instants before the first result of the present run, in ms."""

    open: bool = False
    bad: int = 0
    good: int = 0
    counted_ms: int | None = None
    bad_edge_ms: int | None = None
    good_edge_ms: int | None = None

    @property
    def settled(self) -> bool:
        """Nothing is in doubt: no failure while closed, no success while open."""
        return not (self.good if self.open else self.bad)


CLOSED: Final = Machine()


def count(
    machine: Machine, success: bool, thresholds: Thresholds, at_ms: int, *, edge_ms: int | None = None, stale_ms: int | None = None
) -> Machine:
    """The machine after one counted result at `at_ms`. Unknown results and those in maintenance are not counted: do not call.

    `edge_ms` is the instant from which this result's state is taken to hold (default: its own). With `stale_ms` a run
    whose last counted result is older starts anew; the state itself stays.
    """
    if stale_ms is not None and machine.counted_ms is not None and at_ms - machine.counted_ms > stale_ms:
        machine = replace(machine, bad=0, good=0)
    edge = at_ms if edge_ms is None else edge_ms
    return _success(machine, thresholds, at_ms, edge) if success else _failure(machine, thresholds, at_ms, edge)


def _failure(machine: Machine, thresholds: Thresholds, at_ms: int, edge_ms: int) -> Machine:
    bad = machine.bad + 1
    opens = machine.open or bad >= thresholds.open_after
    begun = edge_ms if machine.bad == 0 and not machine.open else machine.bad_edge_ms
    return Machine(opens, min(bad, thresholds.open_after), 0, at_ms, begun, machine.good_edge_ms)


def _success(machine: Machine, thresholds: Thresholds, at_ms: int, edge_ms: int) -> Machine:
    good = machine.good + 1
    stays = machine.open and good < thresholds.close_after
    begun = edge_ms if machine.good == 0 else machine.good_edge_ms
    return Machine(stays, 0, min(good, thresholds.close_after) if machine.open else 0, at_ms, machine.bad_edge_ms, begun)


class Change(StrEnum):
    """What is to be said of a state."""

    DOWN = "DOWN"
    RECOVERED = "RECOVERED"
    REMINDER = "REMINDER"


_UNCOUNTED: Final = frozenset({"unknown", "maintenance"})


def changes(
    samples: Iterable[tuple[int, str]], thresholds: Thresholds, *, remind_every: int | None = None, stale_after: int | None = None
) -> list[tuple[int, Change]]:
    """What a run of (instant, status) says when it is watched from the start; any unit of time.

    `degraded` is a success. While down, each failing sample `remind_every` or more after the last word is a reminder.
    """
    said: list[tuple[int, Change]] = []
    machine = CLOSED
    for at, status in samples:
        if status in _UNCOUNTED:
            continue
        after = count(machine, status != "down", thresholds, at, stale_ms=stale_after)
        if after.open != machine.open:
            said.append((at, Change.DOWN if after.open else Change.RECOVERED))
        elif after.open and status == "down" and reminder_due(said[-1][0], at, remind_every):
            said.append((at, Change.REMINDER))
        machine = after
    return said


def reminder_due(told: int, now: int, every: int | None) -> bool:
    """Whether somebody is to be told again; `every` None or 0: never."""
    return bool(every) and now - told >= (every or 0)
