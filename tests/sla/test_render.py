"""CSV, XLSX and JSON: the same figures to the last digit, and no text that is a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from core.calendar import Period
from core.reading import LatencyReading, Reading
from core.verdict import Party
from sla.formats import formats
from sla.portfolio import Report
from sla.render.xlsx import label
from sla.report import month
from sla.table import INCIDENT_KEYS, KEYS

Make = Callable[..., Reading]
DAY = 86_400_000
HOSTILE = '=HYPERLINK("http://evil.example","click")'


@pytest.fixture
def report(november: Period, make: Make) -> Report:
    readings = [
        make("paypal", failures=((100, 29, Party.THEIRS, True), (9000, 7, Party.OURS, True), (20_000, 1, Party.PATH, False))),
        make("stripe", target="99.999", failures=((100, 1, Party.THEIRS, True),), latency=LatencyReading(3, 3, 200_001, 200_002, None)),
        make("quiet", first_ms={(7, 1): november.start_ms}, target="100"),
        make("evil"),
    ]
    readings[3] = replace(readings[3], plan=replace(readings[3].plan, name=HOSTILE, owner="@pay\r\nments\x00", category='a,"b\nc'))
    return month(november, readings, november.end_ms + DAY)


def lines(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(formats()["csv"].render(report).decode(), newline="")))


def document(report: Report) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(formats()["json"].render(report))
    return made


def sheets(report: Report) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(formats()["xlsx"].render(report)))
    return {sheet.title: [tuple(cell.value for cell in line) for line in sheet.iter_rows()] for sheet in book}


def test_every_form_is_found_in_its_folder() -> None:
    assert list(formats()) == ["csv", "json", "xlsx"]


def test_csv_and_json_have_the_same_digits(report: Report) -> None:
    for line, entry in zip(lines(report), document(report)["integrations"], strict=True):
        numbers = [
            key for key in KEYS if key.endswith(("_pct", "_min", "_ms")) or key in ("short_failures", "incidents", "latency_results")
        ]
        assert [line[key] for key in numbers] == ["" if entry[key] is None else str(entry[key]) for key in numbers]


def test_csv_and_xlsx_have_the_same_cells(report: Report) -> None:
    head, *rows = sheets(report)["Portfolio"]
    assert head == tuple(label(key) for key in KEYS)
    for line, row in zip(lines(report), rows, strict=True):
        for text, value in zip(line.values(), row, strict=True):
            if isinstance(value, int | float):
                assert Decimal(text) == Decimal(repr(value))
            else:
                assert text.replace("\r\n", "\n") == (value or "")


def test_figures_in_a_workbook_are_real_numbers(report: Report) -> None:
    head, first, *_ = sheets(report)["Portfolio"]
    row = dict(zip(head, first, strict=True))
    assert row["Integration"] == "stripe"
    assert (row["Target, %"], row["Availability, %"], row["Downtime, min"]) == (99.999, 99.997, 1)


def test_no_text_of_strangers_is_a_formula(report: Report) -> None:
    book = load_workbook(io.BytesIO(formats()["xlsx"].render(report)))
    assert not [cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    evil = next(line for line in lines(report) if line["integration"] == "evil")
    assert evil["name"] == "'" + HOSTILE
    assert evil["owner"] == "'@pay\nments"


def test_json_keeps_text_as_it_is(report: Report) -> None:
    evil = next(entry for entry in document(report)["integrations"] if entry["integration"] == "evil")
    assert evil["name"] == HOSTILE


def test_beside_every_percentage_stand_policy_coverage_and_minutes(report: Report) -> None:
    for line in lines(report):
        assert line["policy"] == "contract v1"
        assert line["experience_policy"] == "experience v1"
        assert all(
            line[key] for key in ("coverage_pct", "downtime_min", "allowed_min", "experience_coverage_pct", "experience_downtime_min")
        )


def test_percentages_are_floored_and_minutes_show_the_breach(report: Report) -> None:
    paypal = next(line for line in lines(report) if line["integration"] == "paypal")
    assert (paypal["availability_pct"], paypal["downtime_min"], paypal["allowed_min"]) == ("99.932", "29.0", "43.1")
    assert (paypal["not_charged_min"], paypal["short_failures"], paypal["short_failures_min"]) == ("7.0", "1", "1.0")


def test_json_gives_the_exact_figures_too(report: Report) -> None:
    paypal = next(entry for entry in document(report)["integrations"] if entry["integration"] == "paypal")
    assert paypal["exact"]["availability"] == f"{(43_200 - 36) // 1}/{43_200 - 7}"
    assert sum(paypal["time"].values()) == 30 * DAY
    assert [line["counted_min"] for line in paypal["incident_list"]] == ["29.0", "0.0"]


def test_json_says_what_counts(report: Report) -> None:
    made = document(report)
    assert [policy["name"] for policy in made["policies"]] == ["contract v1", "experience v1"]
    assert made["policies"][0]["bad"]["theirs"] == "1/1"
    assert made["policies"][0]["bad"]["ours"] is None
    assert made["period"]["start"] == "2026-11-01T00:00:00+01:00"
    assert made["period"]["state"] == "closed"


def test_the_workbook_lists_incidents_and_method(report: Report) -> None:
    made = sheets(report)
    assert made["Incidents"][0] == tuple(label(key) for key in INCIDENT_KEYS)
    assert len(made["Incidents"]) == 1 + 3
    assert any("contract v1" in line for line in made["Method"])


def test_the_same_report_is_the_same_file(report: Report) -> None:
    for form in formats().values():
        assert form.render(report) == form.render(report)


def test_an_empty_month_has_a_head_and_no_rows(november: Period) -> None:
    empty = month(november, [], november.end_ms + DAY)
    assert lines(empty) == []
    assert formats()["csv"].render(empty).decode().strip() == ",".join(KEYS)
    assert len(sheets(empty)["Portfolio"]) == 1
    assert document(empty)["integrations"] == []


def test_files_are_named_by_their_period(report: Report) -> None:
    assert [form.file_name(report) for form in formats().values()] == ["sla-2026-11.csv", "sla-2026-11.json", "sla-2026-11.xlsx"]
