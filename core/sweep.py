"""Several timelines read as one: what holds between any two changes of a check, a verdict, an incident or a maintenance window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from core.availability import Bucket
from core.health import Status
from core.intervals import Interval
from core.quorum import decide
from core.spans import Span
from core.verdict import Party

WORST: Final = {Status.UP: 0, Status.DEGRADED: 1, Status.UNKNOWN: 2, Status.DOWN: 3}

# Several checks down at once: one that is theirs makes it theirs; "ours" is said of what is ours alone.
BLAME: Final = (Party.THEIRS, Party.PATH, Party.UNKNOWN, Party.OURS)
CHARGED: Final = {Party.THEIRS: Bucket.THEIRS, Party.PATH: Bucket.PATH, Party.UNKNOWN: Bucket.UNSURE, Party.OURS: Bucket.OURS}


@dataclass(frozen=True, slots=True)
class Track:
    """One counting check at one location: its spans in order, and the time it takes part in.

    `since_ms` is its first result ever, `until_ms` the instant it was removed; outside of these it has no vote,
    inside of them time without a span is unknown. None: the whole window.
    """

    check: int
    location: int
    spans: Sequence[Span]
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whose trouble one check's failing stretch at one location was; from a VerdictRow. `end_ms` None: still open."""

    check: int
    location: int
    start_ms: int
    end_ms: int | None
    party: Party


def worst(states: Iterable[Status]) -> Status:
    """Of counting checks: down, then unknown, then degraded, then up. No check at all is unknown."""
    return max(states, key=WORST.__getitem__, default=Status.UNKNOWN)


_SILENCE: Final = Span(0, 0, Status.UNKNOWN)  # takes part, and nothing is known
_INCIDENT: Final = -1
_MAINTENANCE: Final = -2

# At this instant, dial `index` (a track, or one of the two above) turns to a new value.
_Change = tuple[int, int, Span | Party | bool | None]


class Moment:
    """All that holds at one instant of the sweep."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self.tracks: list[Span | None] = [None] * len(tracks)  # None: does not take part
        self.parties = [Party.UNKNOWN] * len(tracks)
        self.incident = False
        self.maintenance = False
        checks: dict[int, list[int]] = {}
        for index, track in enumerate(tracks):
            checks.setdefault(track.check, []).append(index)
        self._checks = list(checks.values())

    def turn(self, index: int, value: Span | Party | bool | None) -> None:
        if index == _INCIDENT:
            self.incident = bool(value)
        elif index == _MAINTENANCE:
            self.maintenance = bool(value)
        elif isinstance(value, Party):
            self.parties[index] = value
        elif not isinstance(value, bool):
            self.tracks[index] = value

    def _state(self, check: Sequence[int]) -> Status | None:
        states = [span.status for index in check if (span := self.tracks[index]) is not None]
        return decide(states) if states else None

    @property
    def status(self) -> Status:
        return worst(state for check in self._checks if (state := self._state(check)) is not None)

    @property
    def bucket(self) -> Bucket:
        if self.maintenance:
            return Bucket.MAINTENANCE
        status = self.status
        if status is not Status.DOWN:
            return Bucket(status.value)
        party = self._party()
        if self.incident:
            return CHARGED[party]
        return Bucket.SHORT_OURS if party is Party.OURS else Bucket.SHORT

    def _party(self) -> Party:
        failing = (check for check in self._checks if self._state(check) is Status.DOWN)
        named = {self.parties[index] for check in failing for index in check if self._is_down(index)}
        return next(party for party in BLAME if party in named)

    def _is_down(self, index: int) -> bool:
        span = self.tracks[index]
        return span is not None and span.status is Status.DOWN


def sweep(
    tracks: Sequence[Track],
    stretches: Iterable[Stretch],
    incidents: Sequence[Interval],
    maintenance: Sequence[Interval],
    start_ms: int,
    end_ms: int,
) -> Iterator[tuple[int, int, Moment]]:
    """What holds between any two changes. The sort is stable: at one instant the changes of a dial keep their order."""
    changes: list[_Change] = []
    for index, track in enumerate(tracks):
        changes += _track_changes(index, track, start_ms, end_ms)
    changes += _party_changes(tracks, stretches)
    changes += _flag_changes(_INCIDENT, incidents)
    changes += _flag_changes(_MAINTENANCE, maintenance)
    changes.sort(key=itemgetter(0))
    moment, at = Moment(tracks), start_ms
    for when, turned in groupby(changes, key=itemgetter(0)):
        if when >= end_ms:
            break
        if when > at:
            yield at, when, moment
            at = when
        for _, index, value in turned:
            moment.turn(index, value)
    if at < end_ms:
        yield at, end_ms, moment


def _track_changes(index: int, track: Track, start_ms: int, end_ms: int) -> Iterator[_Change]:
    since = start_ms if track.since_ms is None else max(track.since_ms, start_ms)
    until = end_ms if track.until_ms is None else min(track.until_ms, end_ms)
    if since >= until:
        return
    yield since, index, _SILENCE
    spoken = since
    for span in track.spans:
        begin, end = max(span.start_ms, since), min(span.end_ms, until)
        if begin < end:
            if begin > spoken:
                yield spoken, index, _SILENCE
            yield begin, index, span
            spoken = end
    yield spoken, index, _SILENCE
    yield until, index, None


def _party_changes(tracks: Sequence[Track], stretches: Iterable[Stretch]) -> Iterator[_Change]:
    """A stretch ends at the latest where the next one of its track begins."""
    index_of = {(track.check, track.location): index for index, track in enumerate(tracks)}
    ended: dict[int, int | None] = {}
    for stretch in sorted(stretches, key=attrgetter("start_ms")):
        index = index_of.get((stretch.check, stretch.location))
        if index is None:
            continue
        before = ended.get(index)
        if before is not None and before <= stretch.start_ms:
            yield before, index, Party.UNKNOWN
        yield stretch.start_ms, index, stretch.party
        ended[index] = None if stretch.end_ms is None else max(stretch.start_ms, stretch.end_ms)  # one without length says nothing
    yield from ((end, index, Party.UNKNOWN) for index, end in ended.items() if end is not None)


def _flag_changes(dial: int, intervals: Iterable[Interval]) -> Iterator[_Change]:
    for start, end in intervals:
        yield start, dial, True
        yield end, dial, False
