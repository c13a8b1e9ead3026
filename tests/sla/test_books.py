"""A report from its books: what is closed is told as it was closed, everything else is reckoned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.calendar import CLOSING_MS, Period
from core.objective import Phase
from core.reading import Reading
from core.verdict import Party
from sla.books import month_report
from sla.formats import formats
from sla.freeze import freeze
from sla.portfolio import Row
from sla.report import row_of

Make = Callable[..., Reading]
DAY = 86_400_000


@dataclass(frozen=True)
class Kept:
    integration: int
    body: Mapping[str, Any]
    closed_ms: int


@dataclass
class Shelf:
    """Books in memory."""

    open: list[Reading]
    kept: list[Kept]

    def closed(self, period: Period) -> list[Kept]:
        return self.kept

    def readings(self, period: Period, now_ms: int, without: Collection[int]) -> Iterable[Reading]:
        return [one for one in self.open if one.plan.id not in without]


@pytest.fixture
def shelf(make: Make) -> Shelf:
    broken = make("stripe", failures=((100, 300, Party.THEIRS, True),))
    own = [replace(row, integration=4) for row in broken.incidents]
    return Shelf([make("paypal"), replace(broken, plan=replace(broken.plan, id=4), incidents=own)], [])


def closed(period: Period, reading: Reading, **changed: object) -> Row:
    row = row_of(period, reading, period.end_ms + DAY)
    assert row is not None
    return replace(row, **changed)  # type: ignore[arg-type]


def test_a_closed_row_is_told_as_it_was_closed_and_the_worst_still_comes_first(november: Period, shelf: Shelf) -> None:
    row = closed(november, shelf.open[0], name="As it was")
    shelf.kept.append(Kept(row.integration, freeze(row).body, november.end_ms + 1))
    report = month_report(shelf, november, november.end_ms + DAY)
    assert [row.name for row in report.rows] == ["Stripe", "As it was"]


def test_a_removed_integration_that_was_closed_stays_in_the_report(november: Period, shelf: Shelf) -> None:
    row = closed(november, shelf.open.pop(0))
    shelf.kept.append(Kept(row.integration, freeze(row).body, november.end_ms + 1))
    assert {row.slug for row in month_report(shelf, november, november.end_ms + DAY).rows} == {"paypal", "stripe"}


@pytest.mark.parametrize("form", list(formats()))
def test_a_closed_month_is_the_same_bytes_whenever_it_is_asked_for(november: Period, shelf: Shelf, form: str) -> None:
    first = month_report(shelf, november, november.end_ms + CLOSING_MS)
    later = month_report(shelf, november, november.end_ms + 300 * DAY)
    assert formats()[form].render(first) == formats()[form].render(later)


def test_a_correction_is_when_the_month_was_as_it_is(november: Period, shelf: Shelf) -> None:
    for reading, when in zip(shelf.open, (1, 9), strict=True):
        row = closed(november, reading)
        shelf.kept.append(Kept(row.integration, freeze(row).body, november.end_ms + when * DAY))
    assert month_report(shelf, november, november.end_ms + 20 * DAY).now_ms == november.end_ms + 9 * DAY


def test_a_running_month_is_as_of_now(november: Period, shelf: Shelf) -> None:
    report = month_report(shelf, november, november.start_ms + DAY)
    assert (report.phase, report.now_ms) == (Phase.RUNNING, november.start_ms + DAY)


def test_while_one_is_waited_for_the_month_is_closing(november: Period, shelf: Shelf, make: Make) -> None:
    row = closed(november, shelf.open[1])
    shelf.kept.append(Kept(row.integration, freeze(row).body, november.end_ms + 1))
    shelf.open = [make("paypal", until=november.end_ms - 1)]
    report = month_report(shelf, november, november.end_ms + 60_000)
    assert (report.phase, report.now_ms) == (Phase.CLOSING, november.end_ms + 60_000)


def test_a_frozen_row_that_does_not_read_is_an_error_and_no_guess(november: Period, shelf: Shelf) -> None:
    shelf.kept.append(Kept(3, {"form": 1, "value": {"slug": "paypal"}}, november.end_ms))
    with pytest.raises(ValueError, match="does not read"):
        month_report(shelf, november, november.end_ms + DAY)
