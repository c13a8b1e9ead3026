"""A closed month is frozen: same bytes, same hash, and back again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from core.calendar import Period
from core.declared import Promise
from core.ledger import CorrectionRow, CountsAs
from core.reading import LatencyReading, Reading
from core.verdict import Party
from sla.freeze import freeze, thaw_row
from sla.portfolio import Report, Row
from sla.report import month

Make = Callable[..., Reading]
DAY = 86_400_000


@pytest.fixture
def report(november: Period, make: Make, promise: Promise) -> Report:
    readings = [
        make("paypal", failures=((100, 29, Party.THEIRS, True), (9000, 7, Party.OURS, True)), promise=promise),
        make("stripe", target="100", latency=LatencyReading(1000, 990, 1, 2, None)),
    ]
    return month(november, readings, november.end_ms + DAY)


@pytest.fixture
def row(report: Report) -> Row:
    return report.rows[0]


def test_what_was_frozen_thaws_to_the_same_value(report: Report) -> None:
    for row in report.rows:
        assert thaw_row(json.loads(freeze(row).text)) == row


def test_a_row_without_corrections_keeps_the_bytes_of_the_first_version(row: Row) -> None:
    assert "corrections" not in freeze(row).body["value"]


def test_a_row_is_frozen_with_its_corrections(november: Period, make: Make) -> None:
    known = CorrectionRow(3, november.start_ms, november.start_ms + DAY, "A move", "Ada", 7, CountsAs.MAINTENANCE, id=4)
    [row] = month(november, [make(corrections=[known])], november.end_ms + DAY).rows
    assert row.corrections[0].author == "Ada"
    assert thaw_row(json.loads(freeze(row).text)) == row


def test_the_body_is_what_the_bytes_say_and_the_hash_is_of_the_bytes(row: Row) -> None:
    frozen = freeze(row)
    assert json.loads(frozen.text) == frozen.body
    assert hashlib.sha256(frozen.text).hexdigest() == frozen.sha256


def test_a_closed_row_does_not_depend_on_when_it_is_reckoned(november: Period, make: Make) -> None:
    def frozen(days: int) -> str:
        [row] = month(november, [make(failures=((100, 29, Party.THEIRS, True),))], november.end_ms + days * DAY).rows
        return freeze(row).sha256

    assert frozen(1) == frozen(40)


def test_another_party_is_another_hash(november: Period, make: Make) -> None:
    def frozen(party: Party) -> str:
        [row] = month(november, [make(failures=((100, 29, party, True),))], november.end_ms + DAY).rows
        return freeze(row).sha256

    assert frozen(Party.THEIRS) != frozen(Party.PATH)


def test_no_figure_is_a_float(row: Row) -> None:
    def floats(value: Any) -> list[float]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return [value] if isinstance(value, float) else [found for item in inside for found in floats(item)]

    assert floats(freeze(row).body) == []


@pytest.mark.parametrize(
    "body", [{}, {"form": 2, "value": {}}, {"form": 1, "value": {}}, {"form": 1, "value": None}, {"form": 1, "value": []}]
)
def test_a_body_that_was_not_frozen_here_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a frozen period"):
        thaw_row(body)


def test_a_spoilt_figure_is_refused(row: Row) -> None:
    body = json.loads(freeze(row).text)
    body["value"]["contract"]["target_pct"] = "a lot"
    with pytest.raises(ValueError, match="a frozen period"):
        thaw_row(body)
