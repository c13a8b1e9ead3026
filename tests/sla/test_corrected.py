"""A report uses corrections and prints them: how many minutes, by whom, and why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from core.calendar import Period
from core.ledger import CorrectionRow, CountsAs
from core.objective import Band
from core.reading import Reading
from core.verdict import Party
from sla.formats import formats
from sla.portfolio import Row
from sla.report import month, row_of
from sla.table import corrected, correction_records, record

Make = Callable[..., Reading]
MINUTE, DAY = 60_000, 86_400_000


@pytest.fixture
def known(november: Period) -> Callable[..., CorrectionRow]:
    def made(minute: int, minutes: int, bucket: CountsAs | None = None, party: Party | None = None, **other: object) -> CorrectionRow:
        start = november.start_ms + minute * MINUTE
        given = {"reason": "A planned move.", "author": "Ada", "made_ms": november.end_ms, "id": 1, **other}
        return CorrectionRow(3, start, start + minutes * MINUTE, bucket=bucket, party=party, **given)  # type: ignore[arg-type]

    return made


def down_for_an_hour(make: Make, *corrections: CorrectionRow) -> Reading:
    return make("paypal", target="99.9", failures=((100, 60, Party.THEIRS, True),), corrections=corrections)


def row(november: Period, reading: Reading) -> Row:
    found = row_of(november, reading, november.end_ms + DAY)
    assert found is not None
    return found


def test_time_that_was_corrected_is_charged_no_more(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    before, after = row(november, down_for_an_hour(make)), row(november, down_for_an_hour(make, known(90, 60, CountsAs.MAINTENANCE)))
    assert (before.contract.band, after.contract.band) == (Band.BROKEN, Band.KEPT)
    assert (after.buckets.theirs_ms, after.buckets.maintenance_ms) == (10 * MINUTE, 60 * MINUTE)
    assert after.incidents[0].counted_ms == 10 * MINUTE


def test_its_minutes_author_and_reason_are_printed(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    rows = (known(100, 12, None, Party.OURS), known(500, 3, CountsAs.DEGRADED, id=2, author="Bo", reason="Slow, says a customer"))
    found = row(november, down_for_an_hour(make, *rows))
    assert [corrected(line) for line in found.corrections] == [
        "corrected: 12.0 min, by Ada, A planned move.",
        "corrected: 3.0 min, by Bo, Slow, says a customer.",
    ]
    report = month(november, [down_for_an_hour(make, *rows)], november.end_ms + DAY)
    told = record(report, found)
    assert (str(told["corrected_min"]), told["corrections"]) == (
        "15.0",
        "corrected: 12.0 min, by Ada, A planned move. corrected: 3.0 min, by Bo, Slow, says a customer.",
    )


def test_a_correction_that_changes_nothing_says_so(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    found = row(november, down_for_an_hour(make, known(300, 60, CountsAs.UP)))
    assert [line.corrected_ms for line in found.corrections] == [0]


def test_only_what_lies_in_the_period_is_printed(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    before = known(-120, 60, CountsAs.DOWN)
    over = known(-60, 120, CountsAs.DOWN, Party.THEIRS, id=2)
    found = row(november, down_for_an_hour(make, before, over))
    assert [(line.id, line.start_ms, line.corrected_ms) for line in found.corrections] == [(2, november.start_ms, 60 * MINUTE)]


def test_one_that_was_withdrawn_is_not_printed(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    rows = known(100, 60, CountsAs.UP), known(100, 60, id=2, replaces=1)
    assert row(november, down_for_an_hour(make, *rows)) == row(november, down_for_an_hour(make))


def test_every_form_tells_of_them(november: Period, make: Make, known: Callable[..., CorrectionRow]) -> None:
    hostile = known(100, 12, CountsAs.UP, author="=cmd|' /C calc'!A0", reason="<b>\r\n", check=7)
    report = month(november, [down_for_an_hour(make, hostile)], november.end_ms + DAY)
    [told] = correction_records(report)
    assert (told["check"], told["counts_as"], told["party"], told["from"]) == ("api", "up", None, "2026-11-01T01:40:00+01:00")
    [entry] = json.loads(formats()["json"].render(report))["integrations"][0]["correction_list"]
    assert (entry["by"], entry["corrected_min"]) == ("=cmd|' /C calc'!A0", "12.0")
    table = formats()["csv"].render(report).decode()
    assert "corrected: 12.0 min" in table
    assert ",=cmd" not in table
    assert "\n<b>" not in table.replace("\r\n", "")
    assert formats()["xlsx"].render(report)
