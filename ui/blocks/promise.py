"""One promise drilled down: its incidents, what counts, and the very division that was made."""

from __future__ import annotations

from fractions import Fraction

from core import display
from core.health import Cause
from core.objective import Phase
from core.policy import POLICIES
from core.verdict import Party
from sla.portfolio import IncidentLine, Report, Row
from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.promises import standing_word
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, outside, text
from ui.reader import Reader


def head(row: Row, report: Report) -> str:
    """The chosen promise."""
    standing = row.contract
    word, over = standing_word(row), -standing.budget.left
    said = f"{word.word}, {fmt.minutes(int(over))} over" if standing.budget.breached else word.word
    name = f'<h2 class="big-h">{text(row.name)}</h2>{parts.chip(word, said)}'
    forecast = _forecast(row, report)
    where = link("The integration", address("integration", id=row.slug))
    return f'<div class="drill"><div class="hd">{name}<span class="s">{forecast}</span><span class="sp"></span>{where}</div></div>'


def allowed(row: Row, report: Report) -> str:
    """`43.2 min in November 2026 at 99.9 %`."""
    whole = display.allowed_minutes(row.contract.budget.allowed)
    return f"{whole:f}{fmt.GAP}min in {text(report.period.label)} at {fmt.target(row.contract.target_pct)}"


def _forecast(row: Row, report: Report) -> str:
    standing = row.contract
    if row.phase is not Phase.RUNNING or standing.budget.breached:
        return ""
    if standing.spent_at_ms is None or not standing.budget.spent:
        return "Nothing spent so far."
    left = f"{fmt.whole_percent(standing.budget.left_share or Fraction(0))} of the budget is left"
    return f"{left}; at this rate it is spent before the month ends." if standing.spent_at_ms < report.period.end_ms else f"{left}."


def incidents(row: Row, reader: Reader) -> str:
    """Each incident of the month: how long it lasted, and how much of that counts."""
    head = heading("Incidents", "lasted and counted apart", "gap")
    short = f'<p class="m">{fmt.plural(row.short_failures, "short failure")}, {fmt.minutes(row.short_ms)} outside incidents.</p>'
    if not row.incidents:
        return head + parts.nothing("No incident in this month.") + short
    names = (("", "Incident"), ("", "When"), ("num", "Lasted"), ("num", "Counted"), ("", "Why"))
    rows = (_incident(line, reader) for line in row.incidents)
    return f"{head}{table('inc-t', 'Incidents of the month', names, rows)}{short}"


def _incident(line: IncidentLine, reader: Reader) -> str:
    lasted = f"{fmt.minutes(line.lasted_ms)}{', open' if line.ended_ms is None else ''}"
    counted = f"<b>{fmt.minutes(line.counted_ms)}</b>" if line.counted_ms else f'<span class="m">0{fmt.GAP}min</span>'
    return (
        f'<tr><th scope="row">{link(words.incident(line.id), address("incident", id=line.id))}</th><td>{reader.time(line.started_ms)}</td>'
        f'<td class="num">{lasted}</td><td class="num">{counted}</td><td class="s">{text(why(line.cause, line.party))}</td></tr>'
    )


def why(cause: Cause, party: Party) -> str:
    """`server error, theirs`; what is not theirs is not charged to them."""
    said = f"{words.CAUSE[cause].word}, {words.PARTY[party].lower()}"
    return said if party is Party.THEIRS else f"{said}: not charged to them"


def method(row: Row, report: Report) -> str:
    """What counts, over what, and the very division that was made."""
    seen, policy = row.contract.seen, POLICIES["contract"]
    good, counted = int(seen.good_ms), int(seen.counted_ms)
    division = f"{_whole_minutes(good)} ÷ {_whole_minutes(counted)} = {fmt.percent(seen.ratio)}" if counted else "nothing was seen"
    so_far = "so far " if row.phase is Phase.RUNNING else ""
    span = f"{so_far}{_whole_minutes(row.end_ms - row.start_ms)}"
    over = f"{report.period.label}, {text(report.period.zone)}, {span}. Seen: {fmt.coverage(seen.coverage)}"
    lines = (
        (
            "x",
            "Counts",
            "Server errors, time-outs, refused connections, broken TLS, wrong answers: three in a row, while the fault is theirs",
        ),
        (
            "dash",
            "Does not",
            "Slow answers, maintenance, our own faults (keys, quota, network), failures outside incidents, time we did not watch",
        ),
        ("dash", "Not charged", f"{fmt.minutes(seen.not_charged_ms)} down and not theirs"),
        ("clock", "Over", over),
        ("gauge", "Sum", f'good ÷ (good + bad) over time, not over calls.<br><span class="mono">{division}</span>'),
    )
    rows = "".join(f"<div><dt>{icon(name)}{word}</dt><dd>{said}</dd></div>" for name, word, said in lines)
    return (
        f'<div class="method"><h2>What counts as down here</h2><p>{text(policy.says)}</p><dl>{rows}</dl>{_source(row)}</div>{_latency(row)}'
    )


def _whole_minutes(ms: int) -> str:
    return f"{fmt.count(ms // 60_000)}{fmt.GAP}min"


def _source(row: Row) -> str:
    policy = POLICIES["contract"]
    where = outside("the vendor’s terms", row.source)
    read = f" on {text(row.read_on)}" if row.read_on else ""
    source = f" Contract read{read} in {where}." if where else f" Contract: {text(row.source)}{read}." if row.source else ""
    own = " Held against our own target: no promise of theirs is written down." if row.target_of == "objective" else ""
    return f'<p class="m">Policy “{policy.name}”, version {policy.version}.{source}{own}</p>'


def _latency(row: Row) -> str:
    line = row.latency
    if line is None or not line.results:
        return ""
    rows = [("Results", fmt.count(line.results))]
    if line.limit_ms is not None and line.share is not None:
        aim = f" of {fmt.target(line.target_pct)}" if line.target_pct is not None else ""
        rows.append((f"Within {fmt.latency(line.limit_ms * 1000)}", f"{fmt.percent(line.share)}{aim}"))
    measured = (("p50", line.p50_us), ("p95", line.p95_us), ("p99", line.p99_us))
    rows += [(name, fmt.latency(us)) for name, us in measured if us is not None]
    note = '<p class="m">Nearest rank over every answer of the month.</p>'
    return f'<div class="method cred"><h2>Latency</h2>{parts.pairs(rows, "kv")}{note}</div>'
