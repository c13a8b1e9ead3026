"""The wall, from one summary per integration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from core.health import Status
from core.ledger import CorrectionRow
from storage.rows import IncidentLine, OpenIncident, Summary
from ui import words
from ui.reader import Reader
from ui.readings.answer import RANK, blamed, read_answer, whose, worst
from ui.readings.budget import month_budget
from ui.readings.corrections import DAY_MS, touched_days
from ui.readings.shares import coverage, experience
from ui.views.wall import Group, Row, Trouble, Wall, Watch

_NOBODY: Mapping[int, int] = MappingProxyType({})
_NOTHING: Mapping[int, Sequence[CorrectionRow]] = MappingProxyType({})


class Listed(Protocol):
    """What a filter looks at: a row of the wall, a line of the list of integrations."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def environment(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def status(self) -> Status: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """What the reader asked to see; every field stands in the address."""

    search: str = ""
    status: str = ""  # failing, slow, unknown, up
    category: str = ""
    environment: str = ""
    owner: str = ""
    tag: str = ""

    def lets(self, row: Listed) -> bool:
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

    @property
    def query(self) -> dict[str, str]:
        """As the address says it."""
        said = {name: str(getattr(self, name)) for name in ("category", "environment", "owner", "tag")}
        found = {"q": self.search, "status": self.status.capitalize(), **said}
        return {name: value for name, value in found.items() if value}


def _status_word(row: Listed) -> str:
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
    laid: Mapping[int, Sequence[CorrectionRow]] = _NOTHING,
) -> Wall:
    """The view: all of it from rows already read, so that a filter costs no query. `laid`: corrections that hold, by integration."""
    filters = filters or Filter()
    rows = [_row(summary, reader, planned.get(summary.plan.id), laid.get(summary.plan.id, ())) for summary in summaries]
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


def _row(summary: Summary, reader: Reader, until_ms: int | None, laid: Sequence[CorrectionRow]) -> Row:
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
        seen=coverage(summary.month),
        p95_us=summary.p95_us[0],
        sparkline=summary.sparkline,
        bars=summary.bars,
        budget=month_budget(summary.plan.objective, summary.calendar_month, reader),
        corrected=touched_days(plan, laid, len(summary.bars), summary.folded_ms // DAY_MS) if laid else frozenset(),
    )


def _note(summary: Summary, until_ms: int | None, reader: Reader) -> str:
    if summary.maintained:
        return f"planned until {reader.plain(until_ms)}" if until_ms else "planned"
    incident = worst(summary.incidents)
    return whose(incident) if incident and summary.status is not Status.UP else ""


def _troubles(summaries: Iterable[Summary], rows: dict[str, Row]) -> tuple[Trouble, ...]:
    found = [
        _trouble(rows[summary.plan.slug], summary, incident)
        for summary in summaries
        if (incident := worst(summary.incidents)) and (summary.status is not Status.UP or summary.maintained)
    ]
    return tuple(sorted(found, key=lambda trouble: (RANK[trouble.status], trouble.on_it is not None, trouble.started_ms)))


def _trouble(row: Row, summary: Summary, incident: OpenIncident) -> Trouble:
    said = blamed(incident)
    return Trouble(
        slug=row.slug,
        name=row.name,
        environment=row.environment,
        status=row.status if row.status is not Status.UP else incident.status,
        started_ms=incident.started_ms,
        failing=incident.title,
        whose=said[:1].upper() + said[1:] or "Not judged yet",
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
    return (RANK[row.status], not row.maintained, row.name.casefold(), row.environment)
