"""When a check ran: a steady grid, and the retries a failure brings until its state is settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.health import Cause
from core.intervals import Interval
from lab.past.episodes import Episode, phase_ms

Times = NDArray[np.int64]
Which = NDArray[np.int32]  # the episode a run fell into; -1: none

RETRY_MS: Final = 20_000
# Runs in a row that settle a change: (into trouble, out of it), as the defaults of the product have it.
_SETTLED: Final = {True: (5, 3), False: (3, 2)}  # slow, down


def grid(name: str, begin_ms: int, end_ms: int, interval_ms: int, dark: Sequence[Interval]) -> Times:
    """Due instants with a phase of the check's own, without those at which the monitor did not run."""
    phase = phase_ms(name, interval_ms)
    times: Times = np.arange(begin_ms + (phase - begin_ms) % interval_ms, end_ms, interval_ms, dtype=np.int64)
    for start, stop in dark:
        times = times[(times < start) | (times >= stop)]
    return times


def episode_of(times: Times, episodes: Sequence[Episode]) -> Which:
    """For each instant the index of the episode it lies in, or -1."""
    if not episodes:
        return np.full(len(times), -1, np.int32)
    starts = np.array([episode.start_ms for episode in episodes], np.int64)
    stops = np.array([episode.end_ms for episode in episodes], np.int64)
    found = np.searchsorted(starts, times, "right") - 1
    inside = (found >= 0) & (times < stops[np.maximum(found, 0)])
    return np.where(inside, found, -1).astype(np.int32)


def with_retries(times: Times, episodes: Sequence[Episode]) -> Times:
    """The grid and its retries, in order. A lost network brings none: those results settle nothing."""
    extra: list[int] = []
    for index, episode in enumerate(episodes):
        if not episode.network_lost and episode.cause is not Cause.MISSED:
            extra += _retries(times, episode, _next_start(episodes, index))
    return np.unique(np.concatenate((times, np.array(extra, np.int64))))


def _next_start(episodes: Sequence[Episode], index: int) -> int:
    return episodes[index + 1].start_ms if index + 1 < len(episodes) else 1 << 62


def _retries(times: Times, episode: Episode, limit_ms: int) -> list[int]:
    first, last = np.searchsorted(times, [episode.start_ms, episode.end_ms])
    if first == last:
        return []
    into, out = _SETTLED[episode.cause is Cause.SLOW]
    retries = [int(times[first]) + RETRY_MS * step for step in range(1, into)]
    well = next((at for at, due in enumerate(retries) if due >= episode.end_ms), None)
    if well is not None:
        return retries[: well + 1]  # over before it was settled: one good answer is enough
    if last < len(times):
        retries += [int(times[last]) + RETRY_MS * step for step in range(1, out)]
    return [due for due in retries if due < limit_ms]
