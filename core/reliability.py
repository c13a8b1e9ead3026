"""The classical means over incidents: MTTD, MTTA, MTTR, MTBF; and uptime weighed as public status pages do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from core.exact import Number, exact, ratio
from core.intervals import clip, length

PARTIAL_WEIGHT: Final = Fraction(3, 10)  # Statuspage and Instatus discount a partial outage to 30 %


@dataclass(frozen=True, slots=True)
class Trouble:
    """One incident, instants in one unit; None for what has not happened."""

    started: int
    detected: int | None = None
    acknowledged: int | None = None
    resolved: int | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """Means in the unit of the instants, exact; None where there is nothing to take the mean of."""

    count: int
    mttd: Fraction | None  # from start to detection
    mtta: Fraction | None  # from detection to acknowledgement, over the acknowledged
    mttr: Fraction | None  # from start to recovery, over the recovered: the one a report prints
    mttr_from_detection: Fraction | None
    mtbf: Fraction | None  # time in operation for each failure
    mtbf_starts: Fraction | None  # from one start to the next

    @property
    def availability(self) -> Fraction | None:
        """MTBF / (MTBF + MTTR)."""
        return None if self.mtbf is None or self.mttr is None else ratio(self.mtbf, self.mtbf + self.mttr)


def reliability(troubles: Sequence[Trouble], start: int, end: int) -> Reliability:
    """Over the window [start, end). Overlapping incidents are not counted twice; an open one lasts to the end."""
    starts = sorted(trouble.started for trouble in troubles)
    down = length(clip(((t.started, end if t.resolved is None else t.resolved) for t in troubles), start, end))
    return Reliability(
        count=len(troubles),
        mttd=_mean((t.started, t.detected) for t in troubles),
        mtta=_mean((t.detected, t.acknowledged) for t in troubles),
        mttr=_mean((t.started, t.resolved) for t in troubles),
        mttr_from_detection=_mean((t.detected, t.resolved) for t in troubles),
        mtbf=ratio(end - start - down, len(troubles)),
        mtbf_starts=_mean(pairwise(starts)),
    )


def weighted_uptime(total: Number, major: Number, partial: Number, weight: Number = PARTIAL_WEIGHT) -> Fraction | None:
    """Uptime as vendors' own pages print it: a partial outage weighs less, degraded time nothing."""
    return ratio(exact(total) - exact(major) - exact(weight) * exact(partial), total)


def _mean(stretches: Iterable[tuple[int | None, int | None]]) -> Fraction | None:
    lengths = [end - start for start, end in stretches if start is not None and end is not None]
    return ratio(sum(lengths), len(lengths))
