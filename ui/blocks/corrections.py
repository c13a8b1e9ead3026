"""Corrected time, in words under the bars that it is marked in, and on the month's table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.calendar import from_ms, zone_named
from core.display import spent_minutes
from sla.portfolio import CorrectionLine, Report, Row
from sla.table import corrected
from ui import format as fmt
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, text
from ui.reader import Reader
from ui.readings.corrections import counts
from ui.views.corrections import Corrected

LISTED_AT_MOST: Final = 6
NAMED_AT_MOST: Final = 2


def listed(lines: Sequence[Corrected], slug: str) -> str:
    """Under the bars: what of them was not measured. Nothing where nothing was corrected."""
    if not lines:
        return ""
    shown = "".join(_line(line, slug) for line in lines[:LISTED_AT_MOST])
    rest = len(lines) - LISTED_AT_MOST
    more = f'<li class="m">and {fmt.plural(rest, "earlier correction")}</li>' if rest > 0 else ""
    return f'<ul class="fixes" aria-label="Corrections">{shown}{more}</ul>'


def _line(view: Corrected, slug: str) -> str:
    where = link(text(view.when), address("integration", id=slug, day=view.day))
    said = f'<b>Corrected</b> {where}: {text(view.what)}. <span class="s">By {text(view.who)}: {text(view.why)}</span>'
    return f'<li id="correction-{view.id}">{icon("pen")}<span>{said}</span></li>'


def beside(row: Row, href: str) -> str:
    """In a row of the month: `corrected: 12.0 min, by Ada, A planned move.`, and the way to all of them."""
    if not row.corrections:
        return ""
    said = [text(corrected(line)) for line in row.corrections[:NAMED_AT_MOST]]
    lines = "".join(f'<span title="{line}">{line}</span>' for line in said)
    rest = len(row.corrections) - NAMED_AT_MOST
    more = f"<span>And {rest} more.</span>" if rest > 0 else ""
    return f'<a class="fix" href="{href}">{icon("pen")}{lines}{more}</a>'


def section(row: Row, report: Report, reader: Reader) -> str:
    """All corrections of one promise in the month, and how one is made."""
    if not row.corrections:
        return heading("Corrections", "none in this month", "gap") + _how(row, report)
    names = (("", "When"), ("", "Counts as"), ("num", "Corrected"), ("", "By whom, and why"))
    head = heading("Corrections", "laid over what was measured, which stays as it is", "gap")
    rows = (_row(row, line, reader) for line in row.corrections)
    return f"{head}{table('fix-t', 'Corrections of the month', names, rows)}{_how(row, report)}"


def _row(row: Row, line: CorrectionLine, reader: Reader) -> str:
    day = f"{from_ms(line.start_ms):%Y-%m-%d}"
    end = reader.clock(line.end_ms) if reader.at(line.start_ms).date() == reader.at(line.end_ms).date() else reader.time(line.end_ms)
    when = f"{link(reader.time(line.start_ms), address('integration', id=row.slug, day=day))} to {end}"
    check = f'<br><span class="m">{text(line.check)} only</span>' if line.check else ""
    return (
        f'<tr id="correction-{line.id}"><th scope="row">{when}{check}</th><td>{text(counts(line.bucket, line.party))}</td>'
        f'<td class="num"><b>{spent_minutes(line.corrected_ms)}{fmt.GAP}min</b></td>'
        f'<td class="s">{text(line.author)}: {text(line.reason)}</td></tr>'
    )


def _how(row: Row, report: Report) -> str:
    day = f"{from_ms(report.period.start_ms).astimezone(zone_named(report.period.zone)):%Y-%m-%d}"
    stretch = f"--from {day}T10:00 --to {day}T10:20"
    command = f'integration-health correct {row.slug} {stretch} --as maintenance --why "Our own move" --by Ada'
    return f'<p class="m how">Who knows better says so: <code>{text(command)}</code></p>'
