"""What an account reads of one integration, as storage holds it, and how that becomes tracks and buckets of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.corrections import corrected, corrected_stretches, corrected_tracks, standing, told_down
from core.declared import Promise
from core.intervals import Interval
from core.ledger import CorrectionRow, IncidentKind, IncidentRow, SpanRow, VerdictRow
from core.merge import Piece, Stretch, Track, account
from core.plan import CheckPlan, IntegrationPlan
from core.spans import Span, read_span

Key = tuple[int, int]  # check, location


@dataclass(frozen=True, slots=True)
class LatencyReading:
    """Up and degraded results whose latency is fit: how many, how many within the objective's limit, and exact percentiles."""

    results: int
    within_limit: int
    p50_us: int | None = None
    p95_us: int | None = None
    p99_us: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything of one integration that touches a stretch of time; rows beyond it do no harm.

    `newest_ms` (the instant the newest result speaks for) ends open spans and closes a period. `first_ms` is the first
    result ever: before it a check has no vote. Where it is not given, a check takes part from the stretch's start, or
    from its first span if that is later. `checks` are those that took part at any time, removed ones with their instant
    in `removed_ms`; by default the plan's.
    """

    plan: IntegrationPlan
    spans: Sequence[SpanRow]
    newest_ms: Mapping[Key, int]
    first_ms: Mapping[Key, int] = field(default_factory=dict)
    verdicts: Sequence[VerdictRow] = ()
    incidents: Sequence[IncidentRow] = ()
    maintenance: Sequence[Interval] = ()
    checks: Sequence[CheckPlan] = ()
    removed_ms: Mapping[int, int] = field(default_factory=dict)
    promise: Promise | None = None
    latency: LatencyReading | None = None
    corrections: Sequence[CorrectionRow] = ()  # every row of the integration, replaced ones too

    @property
    def counting(self) -> list[CheckPlan]:
        return [check for check in self.checks or self.plan.checks if check.counts]

    @property
    def own_incidents(self) -> list[IncidentRow]:
        """Of this integration's own trouble, oldest first; groups and our own blindness are told elsewhere."""
        mine = (row for row in self.incidents if row.kind is IncidentKind.VENDOR and row.integration == self.plan.id)
        return sorted(mine, key=lambda row: row.started_ms)

    def taking_part(self, only: int | None) -> list[CheckPlan]:
        """The counting checks, or the one whose id is `only`, whether it counts or not."""
        return self.counting if only is None else [check for check in self.checks or self.plan.checks if check.id == only]


def tracks(reading: Reading, now_ms: int, only: int | None = None) -> list[Track]:
    """One for every check that takes part and location that was ever asked, in the order of the plan."""
    checks = reading.taking_part(only)
    wanted = {check.id for check in checks}
    spans: dict[Key, list[Span]] = {}
    for row in sorted(reading.spans, key=lambda row: row.start_ms):
        if row.check in wanted:
            key = row.check, row.location
            spans.setdefault(key, []).append(read_span(row, reading.newest_ms.get(key, row.start_ms), now_ms))
    return list(_tracks(reading, checks, spans))


def _tracks(reading: Reading, checks: Sequence[CheckPlan], spans: Mapping[Key, list[Span]]) -> Iterator[Track]:
    for check in checks:
        for location in check.locations:
            key = check.id, location
            mine = spans.get(key, [])
            since = reading.first_ms.get(key, mine[0].start_ms if mine else None)
            if since is not None:
                yield Track(check.id, location, mine, since, reading.removed_ms.get(check.id))


def pieces(
    reading: Reading, start_ms: int, end_ms: int, now_ms: int, *, only: int | None = None, watched: Sequence[Track] | None = None
) -> list[Piece]:
    """The time of the integration, or of `only` one check of it, in buckets over [start, end); for reports, pages and the wall.

    Corrections are laid over it: those of single checks over these, those of the whole integration over all that counts in it.
    `watched`: its tracks, where they are at hand.
    """
    incidents = [row for row in reading.own_incidents if only is None or only in row.checks]
    seen, stretches = tracks(reading, now_ms, only) if watched is None else watched, map(stretch_of, reading.verdicts)
    held = standing(reading.corrections)
    ofone = [row for row in held if row.check is not None and any(track.check == row.check for track in seen)]
    found = account(
        corrected_tracks(seen, ofone),
        start_ms,
        end_ms,
        stretches=corrected_stretches(stretches, seen, ofone),
        incidents=[*((row.started_ms, ended_ms(row, now_ms)) for row in incidents), *told_down(ofone)],
        maintenance=reading.maintenance,
    )
    counts = only is None or any(check.id == only for check in reading.counting)
    return corrected(found, [row for row in held if row.check is None] if counts else ())


def stretch_of(row: VerdictRow) -> Stretch:
    return Stretch(row.check, row.location, row.start_ms, row.end_ms, row.verdict.party)


def ended_ms(incident: IncidentRow, now_ms: int) -> int:
    """Where an incident ends: at its recovery, or where it was closed without one, or now."""
    end = incident.resolved_ms if incident.resolved_ms is not None else incident.closed_ms
    return now_ms if end is None else end
