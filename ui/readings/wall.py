"""The wall, from one summary per integration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from core.health import Cause, Status
from core.verdict import Confidence, Party
from storage.rows import IncidentLine, OpenIncident, Summary
from ui import format as fmt
from ui import words
from ui.figures import experience, seen
from ui.reader import Reader
from ui.readings.budget import month_budget
from ui.views.monitor import Monitor
from ui.views.wall import Answer, Budget, Group, Row, Trouble, Wall, Watch

NAMED_AT_MOST = 3
_NOBODY: Mapping[int, int] = MappingProxyType({})
_OURS = {Cause.AUTH: "key refused", Cause.QUOTA: "quota used up", Cause.CONFIG: "configuration", Cause.MISSED: "no call came"}
_RANK = {Status.DOWN: 0, Status.UNKNOWN: 1, Status.DEGRADED: 2, Status.UP: 3}


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader asked to see; every field stands in the address."""

    search: str = ""
    status: str = ""  # failing, slow, unknown, up
    category: str = ""
    environment: str = ""
    owner: str = ""
    tag: str = ""

    def lets(self, row: Row) -> bool:
        """Whether a row is shown."""
        said = " ".join((row.name, row.slug, row.owner, row.category, *row.tags)).casefold()
        return (
            all(word in said for word in self.search.casefold().split())
            and (not self.status or self.status == _status_word(row))
            and self.category in ("", row.category)
            and self.environment in ("", row.environment)
            and self.owner in ("", row.owner)
            and (not self.tag or self.tag in row.tags)
        )

    @property
    def active(self) -> bool:
        return self != Filter()


def _status_word(row: Row) -> str:
    return {Status.DOWN: "failing", Status.DEGRADED: "slow", Status.UNKNOWN: "unknown", Status.UP: "up"}[row.status]


def read_wall(
    summaries: Sequence[Summary],
    reader: Reader,
    *,
    watch: tuple[Watch, ...] = (),
    filters: Filter | None = None,
    opened: frozenset[str] = frozenset(),
    planned: Mapping[int, int] = _NOBODY,
    last: IncidentLine | None = None,
) -> Wall:
    """The view: all of it from rows already read, so that a filter costs no query."""
    filters = filters or Filter()
    rows = [_row(summary, reader, planned.get(summary.plan.id)) for summary in summaries]
    by_slug = {row.slug: row for row in rows}
    shown = [summary for summary in summaries if filters.lets(by_slug[summary.plan.slug])]
    troubles = _troubles(shown, by_slug)
    above = {trouble.slug for trouble in troubles}
    groups = _groups([by_slug[summary.plan.slug] for summary in shown], above)
    return Wall(
        answer=read_answer(summaries, reader, last),
        troubles=troubles,
        watch=watch if not filters.active else (),
        groups=groups,
        total=len(rows),
        search=filters.search,
        opened=opened,
    )


def _row(summary: Summary, reader: Reader, until_ms: int | None) -> Row:
    plan = summary.plan
    return Row(
        slug=plan.slug,
        name=plan.name,
        environment=plan.environment,
        category=words.category(plan.category),
        owner=plan.owner or "",
        criticality=plan.criticality,
        tags=plan.tags,
        status=summary.status,
        maintained=summary.maintained,
        since_ms=summary.since_ms,
        failing=summary.failing if summary.status is Status.UP else 0,
        fail_after=summary.fail_after,
        note=_note(summary, until_ms, reader),
        day=experience(summary.day),
        month=experience(summary.month),
        seen=seen(summary.month),
        p95_us=summary.p95_us[0],
        sparkline=summary.sparkline,
        bars=summary.bars,
        budget=_budget(summary, reader),
    )


def _note(summary: Summary, until_ms: int | None, reader: Reader) -> str:
    if summary.maintained:
        return f"planned until {reader.plain(until_ms)}" if until_ms else "planned"
    incident = _worst(summary.incidents)
    return _whose(incident) if incident and summary.status is not Status.UP else ""


def _budget(summary: Summary, reader: Reader) -> Budget | None:
    return month_budget(summary.plan.objective, summary.calendar_month, reader)


def _worst(incidents: Iterable[OpenIncident]) -> OpenIncident | None:
    return min(incidents, key=lambda incident: (_RANK[incident.status], incident.started_ms), default=None)


def _whose(incident: OpenIncident) -> str:
    """`theirs, likely`; `ours: key refused`; empty where nobody has judged yet."""
    if incident.party is None or incident.confidence is None:
        return ""
    party = Party(incident.party)
    if party is Party.OURS and incident.cause in _OURS:
        return f"ours: {_OURS[incident.cause]}"
    said = words.party(party, Confidence(incident.confidence))
    return said[0].lower() + said[1:]


def _troubles(summaries: Iterable[Summary], rows: dict[str, Row]) -> tuple[Trouble, ...]:
    found = [
        _trouble(rows[summary.plan.slug], summary, incident)
        for summary in summaries
        if (incident := _worst(summary.incidents)) and (summary.status is not Status.UP or summary.maintained)
    ]
    return tuple(sorted(found, key=lambda trouble: (_RANK[trouble.status], trouble.on_it is not None, trouble.started_ms)))


def _trouble(row: Row, summary: Summary, incident: OpenIncident) -> Trouble:
    whose = _whose(incident)
    return Trouble(
        slug=row.slug,
        name=row.name,
        environment=row.environment,
        status=row.status if row.status is not Status.UP else incident.status,
        started_ms=incident.started_ms,
        failing=incident.title,
        whose=whose[:1].upper() + whose[1:] or "Not judged yet",
        why=incident.headline,
        flows=summary.plan.flows,
        budget=row.budget,
        incident=incident.id,
        on_it=incident.acknowledged_by,
        grouped=incident.group,
    )


def _groups(rows: Iterable[Row], above: set[str]) -> tuple[Group, ...]:
    """Categories in order of name, rows worst first; rows shown above are counted and not repeated."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.category].append(row)
    return tuple(
        Group(category, tuple(sorted((row for row in group if row.slug not in above), key=_order)), sum(row.slug in above for row in group))
        for category, group in sorted(found.items(), key=lambda item: item[0].casefold())
    )


def _order(row: Row) -> tuple[int, bool, str, str]:
    return (_RANK[row.status], not row.maintained, row.name.casefold(), row.environment)


def read_answer(summaries: Sequence[Summary], reader: Reader, last: IncidentLine | None = None) -> Answer:
    """The sentence first: failing, else slow, else not judged, else well."""
    total = len(summaries)
    if all(summary.since_ms is None for summary in summaries):
        return Answer(
            "unknown",
            "unknown",
            f"Looking at {fmt.plural(total, 'integration')} for the first time.",
            below="The first results are here within a minute.",
        )
    failing = [summary for summary in summaries if summary.status is Status.DOWN and not summary.maintained]
    slow = [summary for summary in summaries if summary.status is Status.DEGRADED and not summary.maintained]
    unknown = [summary for summary in summaries if summary.status is Status.UNKNOWN and not summary.maintained]
    for found, icon, verb, verbs in (
        (failing, "down", "is failing", "are failing"),
        (slow, "degraded", "is slow", "are slow"),
        (unknown, "unknown", "cannot be judged", "cannot be judged"),
    ):
        if found:
            return _trouble_answer(found, icon, verb if len(found) == 1 else verbs, summaries)
    return _well(summaries, reader, last)


def _trouble_answer(found: list[Summary], icon: str, verb: str, summaries: Sequence[Summary]) -> Answer:
    found = sorted(found, key=_alone_first)
    named = tuple(
        (summary.plan.name, _whose(incident) if (incident := _worst(summary.incidents)) else "") for summary in found[:NAMED_AT_MOST]
    )
    total = fmt.plural(len(summaries), "integration")
    return Answer(
        icon,
        icon,
        f"{len(found)} of {total} {verb}",
        named=named,
        more=len(found) - len(named),
        below=_rest(summaries, {summary.plan.slug for summary in found}),
    )


def _alone_first(summary: Summary) -> tuple[bool, int]:
    incident = _worst(summary.incidents)
    return (incident is not None and incident.acknowledged_by is not None, summary.since_ms or 0)


def _rest(summaries: Sequence[Summary], said: set[str]) -> str:
    """`SendGrid is slow. HubSpot is in maintenance, Mixpanel is unknown. The other 36 are well.`"""
    others = [summary for summary in summaries if summary.plan.slug not in said]
    kinds = (
        ([s for s in others if s.status is Status.DEGRADED and not s.maintained], "slow"),
        ([s for s in others if s.maintained], "in maintenance"),
        ([s for s in others if s.status is Status.UNKNOWN and not s.maintained], "unknown"),
    )
    parts = [_who(found, word) for found, word in kinds if found]
    well = len(others) - sum(len(found) for found, _ in kinds)
    if well:
        parts.append(f"The other {well} are well." if well > 1 else "The other one is well.")
    return " ".join(parts)


def _who(found: list[Summary], word: str) -> str:
    if len(found) > NAMED_AT_MOST:
        return f"{len(found)} are {word}."
    return f"{fmt.series([summary.plan.name for summary in found])} {'is' if len(found) == 1 else 'are'} {word}."


def _well(summaries: Sequence[Summary], reader: Reader, last: IncidentLine | None) -> Answer:
    maintained = [summary for summary in summaries if summary.maintained]
    total = len(summaries)
    lead = f"All {total} integrations are well." if total > 1 else f"{summaries[0].plan.name} is well."
    risky = [s for s in summaries if (left := _budget(s, reader)) is not None and left.left < 0.25]
    budgets = f"{_who(risky, 'short of budget this month')}" if risky else "No budget is at risk this month."
    upkeep = f"{_who(maintained, 'in maintenance')} " if maintained else ""
    return Answer("up", "up", lead, below=f"{_last(last, reader)}{upkeep}{budgets}")


def _last(line: IncidentLine | None, reader: Reader) -> str:
    """`Last failure: SendGrid, 2 d ago, 7 min, theirs. `"""
    if line is None or line.name is None:
        return ""
    row = line.incident
    end = row.resolved_ms or row.closed_ms or reader.now_ms
    whose = f", {words.PARTY[row.verdict.party].lower()}" if row.verdict else ""
    return f"Last failure: {line.name}, {reader.ago(end)}, {fmt.lasting(end - row.started_ms)}{whose}. "


def offline_answer(monitor: Monitor, reader: Reader) -> Answer:
    """Our own network is gone: the answer says so, and judges nobody."""
    since = reader.plain(monitor.blind.start_ms) if monitor.blind else "now"
    below = f"Every result since {since} is unknown, nobody is blamed, and one alert says so when it returns."
    return Answer("net", "unknown", "Our own network is down.", tail="Nothing below is judged.", below=below)
