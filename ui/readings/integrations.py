"""The list of what is watched, and what was removed: what a filter leaves of it, in order of name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.health import Status
from storage.rows import IntegrationRow, Summary
from ui import words
from ui.readings.wall import Filter


@dataclass(frozen=True, slots=True)
class Line:
    """One integration with its state, as a filter and the table see it."""

    row: IntegrationRow
    status: Status
    maintained: bool

    @property
    def slug(self) -> str:
        return self.row.plan.slug

    @property
    def name(self) -> str:
        return self.row.plan.name

    @property
    def environment(self) -> str:
        return self.row.plan.environment

    @property
    def category(self) -> str:
        return words.category(self.row.plan.category)

    @property
    def owner(self) -> str:
        return self.row.plan.owner or ""

    @property
    def tags(self) -> tuple[str, ...]:
        return self.row.plan.tags


def read_lines(rows: Sequence[IntegrationRow], summaries: Mapping[int, Summary], filters: Filter) -> tuple[Line, ...]:
    """Those the filter lets through, by name; archived ones among them."""
    lines = (_line(row, summaries.get(row.plan.id)) for row in rows)
    return tuple(sorted((line for line in lines if filters.lets(line)), key=lambda line: (line.name.casefold(), line.environment)))


def _line(row: IntegrationRow, summary: Summary | None) -> Line:
    return Line(row, summary.status if summary else Status.UNKNOWN, bool(summary and summary.maintained))
