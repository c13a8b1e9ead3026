"""The list of what is watched: owner, checks, targets, and what was removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.health import Status
from storage.rows import IntegrationRow, Summary
from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.tables import table as _table
from ui.html import address, heading, link, text
from ui.reader import Reader

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


def table(rows: Sequence[IntegrationRow], summaries: Mapping[int, Summary], reader: Reader) -> str:
    """By name; what was removed stands below, because its history is kept."""
    live = sorted((row for row in rows if row.archived_ms is None), key=lambda row: (row.plan.name.casefold(), row.plan.environment))
    gone = sorted((row for row in rows if row.archived_ms is not None), key=lambda row: row.plan.name.casefold())
    rows_ready = (_row(row, summaries.get(row.plan.id)) for row in live)
    shown = _table("list int-l", "What is watched", _HEAD, rows_ready, _COLUMNS)
    return (shown if live else parts.nothing("No integration is declared.")) + _removed(gone, reader)


def _row(row: IntegrationRow, summary: Summary | None) -> str:
    plan = row.plan
    target = plan.objective.availability_pct if plan.objective else None
    kinds = ", ".join(sorted({check.plan.kind for check in row.checks if check.archived_ms is None}))
    promise = fmt.target(row.promise.availability_pct) if row.promise else ""
    name = f"{link(text(plan.name), address('integration', id=plan.slug), kind='')} {parts.environment(plan.environment)}"
    state = parts.status(summary.status if summary else Status.UNKNOWN, maintained=bool(summary and summary.maintained))
    category = text(words.category(plan.category))
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
