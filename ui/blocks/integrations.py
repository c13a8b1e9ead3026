"""The list of what is watched: owner, checks, targets, and what was removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from storage.rows import IntegrationRow
from ui import format as fmt
from ui.blocks import parts
from ui.blocks.tables import table as _table
from ui.html import address, heading, link, text
from ui.reader import Reader
from ui.readings.integrations import Line
from ui.readings.wall import Filter

ALL_SEEN_UP_TO: Final = 10  # so many are looked through faster than searched
SHOWN_AT_MOST: Final = 100  # of a thousand the page was 34 000 pixels long
_HEAD = (
    ("", "Status"),
    ("", "Integration"),
    ("x-what", "Category"),
    ("x-whose", "Owner"),
    ("x-who", "Checks"),
    ("num", "Target"),
    ("x-when", "Promise"),
)
_COLUMNS = ("g-st", "g-nm", "g-cat", "g-own", "g-chk", "g-tgt", "g-prm")


def answer(rows: Sequence[IntegrationRow]) -> str:
    """How much is watched."""
    live = [row for row in rows if row.archived_ms is None]
    checks = sum(check.archived_ms is None for row in live for check in row.checks)
    bare = sum(row.plan.owner is None for row in live)
    unowned = f" {bare} {'has' if bare == 1 else 'have'} no owner." if bare else ""
    lead = f"{fmt.plural(len(live), 'integration')} {'is' if len(live) == 1 else 'are'} watched." if live else "Nothing is watched yet."
    said = f"{fmt.plural(checks, 'check')} in all.{unowned} They are declared in integrations.yaml."
    return f'<header class="answer"><h1>{lead}</h1><p class="sub">{said}</p></header>'


def table(lines: Sequence[Line], reader: Reader, filters: Filter, *, every: bool) -> str:
    """The first of a long list, or all of it; what was removed stands below, because its history is kept."""
    live = [line for line in lines if line.row.archived_ms is None]
    gone = [line.row for line in lines if line.row.archived_ms is not None]
    kept = live if every else live[:SHOWN_AT_MOST]
    shown = _table("list int-l", "What is watched", _HEAD, map(_row, kept), _COLUMNS) if live else _none(filters)
    return shown + _more(len(live) - len(kept), len(live), filters) + _removed(gone, reader)


def _none(filters: Filter) -> str:
    if not filters.active:
        return parts.nothing("No integration is declared.")
    said = f"No integration matches “{filters.search}”." if filters.search else "No integration matches."
    return parts.nothing(said, link("Clear the filter", address("integration")))


def _more(rest: int, whole: int, filters: Filter) -> str:
    if not rest:
        return ""
    every = link(f"show all {fmt.count(whole)}", address("integration", **filters.query, all=1))
    return f'<p class="m" style="margin-top:10px">{fmt.count(rest)} more are not shown: search above, or {every}.</p>'


def _row(line: Line) -> str:
    row, plan = line.row, line.row.plan
    target = plan.objective.availability_pct if plan.objective else None
    kinds = ", ".join(sorted({check.plan.kind for check in row.checks if check.archived_ms is None}))
    promise = fmt.target(row.promise.availability_pct) if row.promise else ""
    name = f"{link(text(plan.name), address('integration', id=plan.slug), kind='')} {parts.environment(plan.environment)}"
    state = parts.status(line.status, maintained=line.maintained)
    category = text(line.category)
    return (
        f'<tr><td class="x-st">{state}</td><th scope="row" class="nm">{name}</th><td class="x-what s">{category}</td>'
        f'<td class="x-whose s">{text(plan.owner or fmt.NONE)}</td><td class="x-who m">{text(kinds)}</td>'
        f'<td class="num">{fmt.target(target) if target is not None else "no target"}</td><td class="x-when m">{text(promise)}</td></tr>'
    )


def _removed(rows: Sequence[IntegrationRow], reader: Reader) -> str:
    if not rows:
        return ""
    lines = "".join(_gone(row, reader) for row in rows)
    return f'{heading("Removed", "history is kept", "gap")}<ul class="sim">{lines}</ul>'


def _gone(row: IntegrationRow, reader: Reader) -> str:
    name = link(text(row.plan.name), address("integration", id=row.plan.slug))
    return f'<li>{name}<span class="m">removed {reader.day(row.archived_ms or 0)}</span></li>'
