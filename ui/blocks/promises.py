"""The month's promises: the sentence, and the table worst first with a budget line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from core import display
from core.objective import Band, Phase
from sla.portfolio import OWN, Report, Row
from ui import format as fmt
from ui import words
from ui.blocks import corrections, parts, spark, tables
from ui.html import address, icon, link, text
from ui.reader import Reader

NAMED_AT_MOST: Final = 4
KEPT_AT_MOST: Final = 20  # of those that are kept, unless all are asked for
BAND: Final = {
    Band.BROKEN: words.Word("Broken", "down", "down"),
    Band.AT_RISK: words.Word("At risk", "degraded", "degraded"),
    Band.PROVISIONAL: words.Word("Provisional", "unknown", "unknown"),
    Band.KEPT_SO_FAR: words.Word("Kept so far", "up", "up"),
    Band.KEPT: words.Word("Kept", "up", "up"),
}
_ROW: Final = {Band.BROKEN: "r-out", Band.AT_RISK: "r-risk", Band.PROVISIONAL: "r-prov", Band.KEPT_SO_FAR: "r-kept", Band.KEPT: "r-kept"}
_LINE: Final = {Band.BROKEN: "out", Band.AT_RISK: "risk"}
_COLUMNS: Final = tuple(f"c-{name}" for name in ("st", "nm", "t", "a", "min", "bs", "seen", "cr"))


def answer(report: Report) -> str:
    """What vendors broke, then which of our own targets were missed: the two are owed by different people."""
    risk = [row for row in report.rows if row.contract.band is Band.AT_RISK]
    kept = report.count(Band.KEPT, Band.KEPT_SO_FAR)
    when = "this month" if report.phase is Phase.RUNNING else f"in {report.period.label}"
    broken = any(row.contract.band is Band.BROKEN for row in report.rows)
    mark = "down" if broken else "up"
    promised = [row for row in report.rows if row.target_of != OWN]
    own = [row for row in report.rows if row.target_of == OWN]
    said = [_standing(promised, "promise", "broken", when), _standing(own, "own target", "missed", when)]
    lead, *after = filter(None, said)
    provisional = report.count(Band.PROVISIONAL)
    seldom = f"{provisional} {'is' if provisional == 1 else 'are'} provisional: less than 95{fmt.GAP}% was seen." if provisional else ""
    at_risk = f"{_names(risk)} {'is' if len(risk) == 1 else 'are'} at risk." if risk else ""
    still = f"{kept} {'is' if kept == 1 else 'are'} kept{' so far' if report.phase is not Phase.CLOSED else ''}."
    below = " ".join(filter(None, (at_risk, still if kept else "", seldom)))
    quiet = f' <span class="q">{after[0]}</span>' if after else ""
    title = f'<h1><span class="{mark}">{icon(mark)}</span>{lead}{quiet}</h1>'
    return f'<header class="answer sla-h">{title}<p class="sub">{below}</p></header>'


def empty(report: Report) -> str:
    """No integration has a target."""
    title = f"<h1>No promise is written down for {text(report.period.label)}.</h1>"
    said = "Give an integration a target (<code>objective</code>) or what its vendor promises (<code>contract</code>) in integrations.yaml."
    return f'<header class="answer sla-h">{title}<p class="sub">{said} {link("What is watched", address("integration"))}</p></header>'


def _standing(rows: Sequence[Row], noun: str, verb: str, when: str) -> str:
    """`2 of 9 promises are broken this month: PayPal and Slack.`; empty where there are none."""
    if not rows:
        return ""
    broken = [row for row in rows if row.contract.band is Band.BROKEN]
    if not broken:
        return f"No {noun} is {verb} {when}." if len(rows) == 1 else f"None of {len(rows)} {noun}s is {verb} {when}."
    of = f"{len(broken)} of {len(rows)} {noun}s" if len(rows) > 1 else f"The one {noun}"
    return f"{of} {'is' if len(broken) == 1 else 'are'} {verb} {when}: {_names(broken)}."


def _names(rows: Sequence[Row]) -> str:
    named = [text(_named(row)) for row in rows[:NAMED_AT_MOST]]
    return fmt.series([*named, f"{len(rows) - NAMED_AT_MOST} more"] if len(rows) > NAMED_AT_MOST else named)


def standing_word(row: Row) -> words.Word:
    """A promise is broken; a target of our own is missed."""
    missed = row.target_of == OWN and row.contract.band is Band.BROKEN
    return replace(BAND[Band.BROKEN], word="Missed") if missed else BAND[row.contract.band]


def _named(row: Row) -> str:
    """With its environment where that is not production: a name alone may stand for many."""
    return row.name if row.environment == "production" else f"{row.name} ({row.environment})"


def table(report: Report, reader: Reader, *, every: bool, chosen: str, query: dict[str, str]) -> str:
    """Worst first; those that are kept are cut short unless all are asked for, but never one that was corrected."""
    limit = len(report.rows) if every else max(KEPT_AT_MOST, len(report.rows) - report.count(Band.KEPT, Band.KEPT_SO_FAR))
    shown = [row for number, row in enumerate(report.rows) if number < limit or row.corrections]
    when = f"{report.period.label.split()[0]}" if report.phase is not Phase.RUNNING else "so far"
    names = (
        ("", "Promise"),
        ("", "Integration"),
        ("num x-t", "Target"),
        ("num x-a", "Actual, contract"),
        ("num x-min", "Downtime"),
        ("x-bs", f"Budget left, {when}"),
        ("num x-seen", "Seen"),
        ("num x-cr", "Actual, experience"),
    )
    lines = (_row(row, report, chosen, query) for row in shown)
    as_of = f" As of {reader.time(report.now_ms)}." if report.phase is Phase.RUNNING else ""
    note = "Worst first. Percentages are rounded down, never up, and compared unrounded. Below 95 % seen a figure is provisional."
    rest = len(report.rows) - len(shown)
    more = f" {rest} more are kept: {link(f'show all {len(report.rows)}', address('sla', all=1, **query))}" if rest > 0 else ""
    body = tables.table("sla", "Promises of the month, worst first", names, lines, _COLUMNS)
    return f'{body}<p class="m" style="margin-top:10px">{note}{as_of}{more}</p>'


def _row(row: Row, report: Report, chosen: str, query: dict[str, str]) -> str:
    standing = row.contract
    where = address("sla", **(query | {"id": row.slug}))
    name, fixed = link(text(row.name), where, kind=""), corrections.beside(row, where)
    here = ' aria-current="true"' if row.slug == chosen else ""
    spent, allowed = display.spent_minutes(standing.budget.spent), display.allowed_minutes(standing.budget.allowed)
    over = "out" if standing.budget.breached else ""
    minutes = f'<b class="{over}">{spent.normalize():f}</b> <span class="m">of {allowed.normalize():f}{fmt.GAP}min</span>'
    low = " warn" if standing.band is Band.PROVISIONAL else " m"
    whole = standing.seen.ratio == 1
    return (
        f'<tr class="{_ROW[standing.band]}"{here}><td class="x-st">{parts.chip(standing_word(row))}</td>'
        f'<th scope="row" class="nm">{name} <span class="m">{text(_beside(row))}</span>{fixed}</th>'
        f'<td class="num m x-t">{fmt.target(standing.target_pct)}</td>'
        f'<td class="num {"full" if whole else "big"} x-a">{fmt.percent(standing.seen.ratio)}</td>'
        f'<td class="num x-min">{minutes}</td><td class="x-bs">{budget_line(row, report)}</td>'
        f'<td class="num x-seen{low}">{fmt.coverage(standing.seen.coverage)}</td>'
        f'<td class="num x-cr m">{fmt.percent(row.experience.seen.ratio)}</td></tr>'
    )


def _beside(row: Row) -> str:
    where = "" if row.environment == "production" else row.environment
    return ", ".join(filter(None, (where, "own target" if row.target_of == OWN else "")))


def budget_line(row: Row, report: Report) -> str:
    """What is left of the budget over the month, as a line that turns red where it crosses nought."""
    budget = row.contract.budget
    if not budget.allowed:
        return ""
    start, length = report.period.start_ms, report.period.length_ms
    lefts = [(Fraction(at - start, length), 1 - Fraction(spent) / budget.allowed) for at, spent in row.burn_down]
    low = min((left for _, left in lefts), default=Fraction(1))
    bottom = min(Fraction(-1, 10), max(low, Fraction(-3)))
    points = list(_steps([(float(place), float((1 - max(left, bottom)) / (1 - bottom))) for place, left in lefts]))
    zero = float(1 / (1 - bottom))
    said = "spent" if budget.breached else f"{fmt.whole_percent(budget.left_share or Fraction(0))} left"
    line = spark.mask([(88 * x, 2 + 20 * y) for x, y in points], 88, 24, 1.5)
    where = f'role="img" aria-label="Budget: {said}" title="Budget: {said}"'
    kind, nought = _LINE.get(row.contract.band, ""), f"{8.3 + 83.3 * zero:.1f}%"
    return f'<span class="bs {kind}" style="--z:{nought}" {where}><i style="--s:{line}"></i></span>'


def _steps(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A budget falls in steps: level until the instant at which it was spent."""
    found: list[tuple[float, float]] = []
    for x, y in points:
        if found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    return found
