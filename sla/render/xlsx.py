"""The portfolio as a workbook: real numbers, text that is no formula, and a sheet that says what counts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from core.calendar import from_ms
from core.policy import CONTRACT, EXPERIENCE
from sla.portfolio import Report
from sla.sentence import headline
from sla.table import CORRECTION_KEYS, INCIDENT_KEYS, KEYS, Value, cell, correction_records, incident_records, moment, records

NAME: Final = "xlsx"
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNITS: Final = {"_pct": ", %", "_min": ", min", "_ms": ", ms"}


def render(report: Report) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        # The time of the report, not of the download: the same report is the same file.
        book.set_properties({"title": f"SLA {report.period.label}", "created": from_ms(report.now_ms).replace(tzinfo=None)})
        _table(book, "Portfolio", KEYS, (record.values() for record in records(report)), frozen=6)
        _table(book, "Incidents", INCIDENT_KEYS, (record.values() for record in incident_records(report)), frozen=2)
        if any(row.corrections for row in report.rows):
            _table(book, "Corrections", CORRECTION_KEYS, (record.values() for record in correction_records(report)), frozen=2)
        _method(book, report)
    return out.getvalue()


def label(key: str) -> str:
    """`downtime_min` reads `Downtime, min`."""
    for ending, unit in _UNITS.items():
        if key.endswith(ending):
            key = key.removesuffix(ending) + unit
    return key.replace("_", " ").capitalize()


def _table(book: Any, name: str, keys: Sequence[str], rows: Iterable[Iterable[Value]], frozen: int) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    forms = {places: book.add_format({"num_format": "0." + "0" * places if places else "0"}) for places in range(4)}
    for column, key in enumerate(keys):
        sheet.write_string(0, column, label(key), head)
    sheet.set_column(0, len(keys) - 1, 14)
    sheet.freeze_panes(1, frozen)
    for line, values in enumerate(rows, start=1):
        for column, value in enumerate(values):
            _write(sheet, line, column, cell(value), forms)


def _write(sheet: Any, line: int, column: int, value: Value, forms: dict[int, Any]) -> None:
    """Never `write`: it guesses, and a text that begins with = becomes a formula."""
    if isinstance(value, str):
        sheet.write_string(line, column, value)
    elif value is not None:
        places = min(3, max(0, -int(value.as_tuple().exponent))) if isinstance(value, Decimal) else 0
        sheet.write_number(line, column, float(value), forms[places])


def _method(book: Any, report: Report) -> None:
    sheet = book.add_worksheet("Method")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    for line, (what, text) in enumerate(_method_lines(report)):
        sheet.write_string(line, 0, what)
        sheet.write_string(line, 1, str(cell(text)))


def _method_lines(report: Report) -> list[tuple[str, str]]:
    period = report.period
    return [
        ("In short", headline(report)),
        ("Period", f"{period.label}, {moment(period.start_ms, period.zone)} to {moment(period.end_ms, period.zone)}, {period.zone}"),
        ("State", f"{report.phase.value}, as of {moment(report.now_ms, period.zone)}"),
        (str(CONTRACT), CONTRACT.says),
        (str(EXPERIENCE), EXPERIENCE.says),
        ("Availability", "Good / (good + bad) over time, not over calls. Unknown time and maintenance are in neither."),
        ("Coverage", "The share of the time outside maintenance in which we knew. Below 95 % a figure is provisional."),
        ("Corrections", "Time that somebody says was otherwise than measured; the results stay. Each has its author and reason."),
        ("Rounding", "Percentages are rounded down and compared unrounded; downtime is rounded up, a budget down, to 0.1 min."),
    ]
