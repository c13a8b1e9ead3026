"""Whether a plan fits what a vendor lets us ask: intervals nobody chose are stretched, chosen ones that do not fit are refused."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop
from typing import Final

from config.problems import Complaint, Path
from core.durations import format_duration

KEPT_FREE: Final = 0.2  # of the call budget, for retries and manual runs
PER_ORIGIN: Final = 4  # requests at once
LONGEST_MS: Final = 3_600_000  # a check stretched beyond an hour is none
_WHOLE: Final = 10**12  # parts of what a vendor lets us ask


@dataclass(frozen=True, slots=True)
class Demand:
    """What one check asks of its vendor; `chosen` is false where its interval is only a default."""

    path: Path
    interval_ms: int
    timeout_ms: int
    calls: int
    chosen: bool


Weigh = Callable[[Demand], float]


def fit(demands: Sequence[Demand], calls_per_minute: int | None, vendor: str) -> tuple[float, list[Complaint]]:
    """The factor by which unchosen intervals are stretched (1.0: not at all), and one complaint per integration that gives way.

    What is left of the others fits, with that factor.
    """
    factor, refused = 1.0, list[Complaint]()
    weighings = list(_weighings(calls_per_minute))
    for weigh in weighings:
        crowd = _Crowd(demands, weigh)
        while (culprit := crowd.culprit()) is not None:
            refused.append(_refusal(culprit, crowd, vendor))
            crowd.leave(culprit)
        demands = crowd.left()
    for weigh in weighings:
        wanted = _load(demands, weigh, chosen=False)
        factor = max(factor, wanted / (1.0 - _load(demands, weigh, chosen=True)) if wanted else 1.0)
    return factor, refused


def stretched(interval_ms: int, factor: float) -> int:
    """The interval in whole seconds, rounded up."""
    return interval_ms if factor <= 1.0 else math.ceil(interval_ms * factor / 1_000) * 1_000


def _weighings(calls_per_minute: int | None) -> Iterator[Weigh]:
    """Per constraint the interval in ms at which a check alone would use all of it."""
    if calls_per_minute is not None:
        yield lambda demand: demand.calls * 60_000 / (calls_per_minute * (1 - KEPT_FREE))
    yield lambda demand: demand.timeout_ms / PER_ORIGIN  # at worst every one of them times out


def _load(demands: Sequence[Demand], weigh: Weigh, *, chosen: bool) -> float:
    return sum(weigh(demand) / demand.interval_ms for demand in demands if demand.chosen is chosen)


class _Crowd:
    """The checks of one vendor under one constraint, while integrations leave: sums in whole parts, so that leaving is exact."""

    def __init__(self, demands: Sequence[Demand], weigh: Weigh) -> None:
        self._weigh = weigh
        self._members: defaultdict[object, list[Demand]] = defaultdict(list)
        for demand in demands:
            self._members[_integration(demand)].append(demand)
        self._all, self._back, self._chosen = demands, list(demands), [demand for demand in demands if demand.chosen]
        self._unchosen = [(-demand.interval_ms, place) for place, demand in enumerate(demands) if not demand.chosen]
        heapify(self._unchosen)
        self._parts = {chosen: sum(self._share(demand) for demand in demands if demand.chosen is chosen) for chosen in (True, False)}
        self._full = _WHOLE + len(demands)  # each share was rounded
        self._used, self._added, self._next = 0, Counter[object](), 0  # the chosen ones, added up in the file's order
        self.count, self.weight_ms = len(demands), sum(map(weigh, demands))

    def culprit(self) -> Demand | None:
        """The first chosen interval, in the file's order, with which they do not fit; else the last one. None: they fit."""
        if self._parts[True] > self._full:
            return self._first_too_many()
        if self._parts[False] * self._longest_ms() > (self._full - self._parts[True]) * LONGEST_MS:
            return self._last(self._chosen) or self._last(self._back)
        return None

    def leave(self, culprit: Demand) -> None:
        """With its whole integration."""
        for demand in self._members.pop(_integration(culprit)):
            self._parts[demand.chosen] -= self._share(demand)
            self.count, self.weight_ms = self.count - 1, self.weight_ms - self._weigh(demand)
        self._used -= self._added[_integration(culprit)]

    def left(self) -> list[Demand]:
        return [demand for members in self._members.values() for demand in members]

    def _first_too_many(self) -> Demand:
        while True:
            demand = self._chosen[self._next]
            self._next += 1
            if self._is_here(demand):
                self._used += self._share(demand)
                self._added[_integration(demand)] += self._share(demand)
                if self._used > self._full:
                    return demand

    def _last(self, demands: list[Demand]) -> Demand | None:
        while demands and not self._is_here(demands[-1]):
            demands.pop()
        return demands[-1] if demands else None

    def _longest_ms(self) -> int:
        while self._unchosen and not self._is_here(self._all[self._unchosen[0][1]]):
            heappop(self._unchosen)
        return -self._unchosen[0][0] if self._unchosen else 0

    def _is_here(self, demand: Demand) -> bool:
        return _integration(demand) in self._members

    def _share(self, demand: Demand) -> int:
        return round(_WHOLE * self._weigh(demand) / demand.interval_ms)


def _integration(demand: Demand) -> object:
    return demand.path[1]


def _refusal(culprit: Demand, crowd: _Crowd, vendor: str) -> Complaint:
    fits = format_duration(math.ceil(round(crowd.weight_ms, 3) / 1_000) * 1_000)
    message = f"{vendor} would be asked more often than it may be: {fits} for each of its {crowd.count} checks fits"
    return Complaint((*culprit.path, "interval"), message)
