"""What one check of the demo saw of the past: its runs, their causes and times, and what was kept of those that failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.health import NETWORK_CAUSES, Outcome
from lab import cast
from lab.cast import Part
from lab.catalogue import vendors
from lab.past import latency, pages
from lab.past.columns import CODES, Column
from lab.past.episodes import DAY_MS, Episode
from lab.past.instants import Times, Which, episode_of, grid, with_retries
from lab.past.latency import Pace
from lab.past.telling import Told, told, unreachable

PAGE_MS: Final = 90.0  # how long a status page usually takes
CERTIFICATE_DAYS: Final = 64
JOINED_AT_MS: Final = 9 * 3_600_000  # the time of day at which a younger integration was set up
UNFIT_SHARE: Final = 0.0002
_PAGE: Final = "status_page"


@dataclass(frozen=True, slots=True)
class Watched:
    """One check: `number` is its place in the cast, from which its ids follow."""

    part: Part
    slug: str
    number: int
    id: int
    location: int

    @property
    def name(self) -> str:
        return f"{self.part.slug}/{self.slug}"

    @property
    def pace(self) -> Pace:
        if self.slug == _PAGE:
            return Pace(PAGE_MS, None, "http")
        if self.slug == cast.CERTIFICATE[1]:
            return Pace(self.part.usual_ms * 0.24, None, "tls")
        vendor = None if self.part.vendor is None else vendors()[self.part.vendor]
        kind = "" if vendor is None else "http" if vendor.answer else "tcp"
        return Pace(self.part.usual_ms, self.part.limit_ms, kind)

    def began(self, begin_ms: int, end_ms: int) -> int:
        """When it was set up: with the history, or later."""
        days = self.part.joined_days_ago
        return begin_ms if days is None else max(begin_ms, (end_ms // DAY_MS - days) * DAY_MS + JOINED_AT_MS)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time a history covers, and when the monitor was dark in it."""

    begin_ms: int
    end_ms: int
    interval_ms: int
    dark: tuple[tuple[int, int], ...]


def column(watched: Watched, stretch: Stretch, episodes: Sequence[Episode], random: np.random.Generator) -> Column:
    """All its runs."""
    mine = _touching(watched, episodes)
    begin_ms = watched.began(stretch.begin_ms, stretch.end_ms)
    due = grid(watched.name, begin_ms, stretch.end_ms, stretch.interval_ms, stretch.dark)
    times = with_retries(due, mine)
    which = episode_of(times, mine)
    cause = np.array([0, *(CODES[episode.cause] for episode in mine)], np.uint8)[which + 1]
    pace = watched.pace
    total = _totals(times, cause, mine, pace, random)
    kept = _kept(watched, times, which, mine)
    read = _read(watched, times, cause, episodes)
    return Column(
        check=watched.id,
        location=watched.location,
        at_ms=times,
        late_ms=np.minimum(random.exponential(7.0, len(times)), 900).astype(np.int32),
        cause=cause,
        total_us=total,
        fit=_fit(len(times), pace, random),
        phases=latency.phases(total, cause, CODES, pace.kind, random),
        steady=_steady(watched, stretch.end_ms),
        outcomes={**read, **{row: what.outcome for row, what in kept.items()}},
        evidence={row: what.evidence for row, what in kept.items() if what.evidence is not None},
    )


def _touching(watched: Watched, episodes: Sequence[Episode]) -> tuple[Episode, ...]:
    """Which episodes of the integration a check fails in: a page stands elsewhere, a certificate is not an API."""
    if watched.slug == _PAGE:
        return tuple(episode for episode in episodes if episode.network_lost)
    if watched.slug == cast.CERTIFICATE[1]:
        return tuple(episode for episode in episodes if episode.cause in NETWORK_CAUSES)
    return tuple(episodes)


def _totals(times: Times, cause: latency.Codes, episodes: Sequence[Episode], pace: Pace, random: np.random.Generator) -> latency.Micros:
    if not pace.kind:
        return np.zeros(len(times), np.int32)
    total = latency.well(times, pace, random)
    for wrong in dict.fromkeys(episode.cause for episode in episodes):
        rows = cause == CODES[wrong]
        total[rows] = latency.badly(wrong, total[rows], pace, random)
    return total


def _fit(count: int, pace: Pace, random: np.random.Generator) -> NDArray[np.bool_]:
    """Which times say something of the vendor: what calls us by itself has none."""
    found: NDArray[np.bool_] = random.random(count) >= (UNFIT_SHARE if pace.kind else 1.0)
    return found


def _kept(watched: Watched, times: Times, which: Which, episodes: Sequence[Episode]) -> dict[int, Told]:
    """By row, for every run that did not go well."""
    vendor = None if watched.part.vendor is None else vendors()[watched.part.vendor]
    found: dict[int, Told] = {}
    for row in np.flatnonzero(which >= 0).tolist():
        episode = episodes[which[row]]
        if vendor is not None and watched.slug != watched.part.check:
            found[row] = unreachable(watched.part, vendor, episode.cause, "/")
        else:
            found[row] = told(watched.part, vendor, episode, int(times[row]), watched.number * 1_000_000 + row)
    return found


def _read(watched: Watched, times: Times, cause: latency.Codes, episodes: Sequence[Episode]) -> Mapping[int, Outcome]:
    """By row, for readings of a page that was not green."""
    if watched.slug != _PAGE:
        return {}
    red = pages.red_stretches(episodes)
    said = [pages.red(watched.part, episode) for episode in red]
    which = episode_of(times, red)
    return {row: said[which[row]] for row in np.flatnonzero((which >= 0) & (cause == 0)).tolist()}


def _steady(watched: Watched, end_ms: int) -> Outcome:
    """What a run found while all was well."""
    if watched.slug == _PAGE:
        return pages.calm(watched.part)
    if watched.slug == cast.CERTIFICATE[1]:
        ends = datetime.fromtimestamp(end_ms / 1000, UTC).replace(microsecond=0) + timedelta(days=CERTIFICATE_DAYS)
        return Outcome(certificate_expires_at=ends)
    return Outcome(http_status=200) if watched.pace.kind == "http" else Outcome()
