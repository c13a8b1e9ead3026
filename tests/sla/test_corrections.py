"""A closed month is judged anew only where somebody else turned out to be at fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from core.calendar import Period
from core.declared import Promise
from core.objective import Band
from core.plan import Objective
from core.reading import LatencyReading, Reading
from core.verdict import Party
from sla.corrections import corrected, reason
from sla.portfolio import Row
from sla.report import row_of

Make = Callable[..., Reading]
DAY = 86_400_000


@pytest.fixture
def close(november: Period) -> Callable[[Reading], Row]:
    def made(reading: Reading) -> Row:
        row = row_of(november, reading, november.end_ms + DAY)
        assert row is not None
        return row

    return made


def failing(make: Make, party: Party, told: bool = True) -> Reading:
    return make("paypal", target="99.9", failures=((100, 60, party, told),))


def test_another_party_is_a_correction(november: Period, make: Make, close: Callable[[Reading], Row]) -> None:
    before = close(failing(make, Party.THEIRS))
    after = corrected(november, before, failing(make, Party.OURS), november.end_ms + 2 * DAY)
    assert after is not None
    assert (before.contract.band, after.contract.band) == (Band.BROKEN, Band.KEPT)
    assert after.incidents[0].party is Party.OURS
    assert reason(before, after) == "Incident 1 is ours, not theirs. 60.0 min less are charged."


def test_an_incident_that_was_opened_after_the_close_is_one(november: Period, make: Make, close: Callable[[Reading], Row]) -> None:
    before = close(failing(make, Party.THEIRS, told=False))
    after = corrected(november, before, failing(make, Party.THEIRS), november.end_ms + 2 * DAY)
    assert after is not None
    assert reason(before, after) == "Incident 1 was opened after the close: theirs. 60.0 min more are charged."


def test_the_same_party_in_other_words_is_none(november: Period, make: Make, close: Callable[[Reading], Row]) -> None:
    reading = failing(make, Party.THEIRS)
    verdict = reading.incidents[0].verdict
    assert verdict is not None
    said = replace(reading, incidents=[replace(reading.incidents[0], verdict=replace(verdict, headline="Acknowledged."), title="Later")])
    assert corrected(november, close(reading), said, november.end_ms + 2 * DAY) is None


def test_a_target_that_was_changed_since_is_none_and_does_not_enter_one(
    november: Period, make: Make, promise: Promise, close: Callable[[Reading], Row]
) -> None:
    reading = replace(failing(make, Party.THEIRS), latency=LatencyReading(10, 9, 1, 2, 3))
    before = close(reading)
    stricter = replace(reading, promise=promise, plan=replace(reading.plan, name="Renamed", objective=Objective(Decimal("99.999"))))
    assert corrected(november, before, stricter, november.end_ms + 2 * DAY) is None
    ours = failing(make, Party.OURS)
    after = corrected(november, before, replace(ours, plan=stricter.plan, promise=promise), november.end_ms + 2 * DAY)
    assert after is not None
    assert (after.contract.target_pct, after.experience.target_pct) == (Decimal("99.9"), Decimal("99.9"))
    assert (after.name, after.latency, after.source) == (before.name, before.latency, before.source)


def test_without_a_target_today_it_is_judged_by_that_of_the_close(november: Period, make: Make, close: Callable[[Reading], Row]) -> None:
    ours = failing(make, Party.OURS)
    after = corrected(
        november, close(failing(make, Party.THEIRS)), replace(ours, plan=replace(ours.plan, objective=None)), november.end_ms + 2 * DAY
    )
    assert after is not None
    assert after.contract.target_pct == Decimal("99.9")
