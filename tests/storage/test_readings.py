"""What a report reads: exact latencies, what was removed, nothing without a target, and no look that is long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from core.calendar import month
from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.health import Cause
from core.ledger import Ledger
from core.percentile import nearest_rank
from core.plan import Objective
from core.reading import LatencyReading, Reading
from storage import lease, periods
from storage.engine import Database
from storage.faults import Fenced
from storage.history import pack_closed_days
from storage.periods import NewPeriod
from storage.readings import MonthBooks, first_result_ms, month_readings
from storage.sync import sync
from storage.writer import Writer
from tests.storage.samples import DAY, HOUR, MIDNIGHT, MINUTE, NOON, result, span

MONTH = month(2025, 11)
API = DeclaredCheck("api", "API", "http", counts=True)
PAGE = DeclaredCheck("page", "Page", "statuspage", counts=False)
BEAT = DeclaredCheck("beat", "Nightly", "heartbeat", counts=True)


def declared(slug: str, *checks: DeclaredCheck, target: str | None = "99.9", promise: Promise | None = None) -> DeclaredIntegration:
    objective = Objective(Decimal(target), latency_ms=200) if target else None
    return DeclaredIntegration(
        slug, slug.title(), slug, slug.title(), "payments", objective=objective, promise=promise, checks=checks or (API, PAGE)
    )


@pytest.fixture
def read(db: Database) -> Callable[..., dict[str, Reading]]:
    def made(**more: object) -> dict[str, Reading]:
        return {one.plan.slug: one for one in month_readings(db, MONTH.start_ms, MONTH.end_ms, MONTH.end_ms + DAY, **more)}  # type: ignore[arg-type]

    return made


def test_percentiles_are_of_every_fit_answer_packed_or_not(db: Database, epoch: int, read: Callable[..., dict[str, Reading]]) -> None:
    sync(db, [declared("stripe")], NOON)
    took = [100_000 + number * number * 7 for number in range(300)]
    results = [result(1, MIDNIGHT - 2 * HOUR + number * MINUTE, total_us=us) for number, us in enumerate(took)]
    spoilt = [replace(result(1, NOON, total_us=9_000_000), fit=False), result(1, NOON + MINUTE, Cause.TIMEOUT, 10_000_000)]
    others = [result(2, NOON, total_us=1), result(1, MONTH.end_ms, total_us=2)]
    Writer(db).commit(Ledger(results=[*results, *spoilt, *others]), epoch=epoch)
    wanted = LatencyReading(300, sum(us <= 200_000 for us in took), *(nearest_rank(took, percent) for percent in (50, 95, 99)))
    assert read()["stripe"].latency == wanted
    assert pack_closed_days(db, NOON + 5 * DAY, epoch=epoch)
    assert read()["stripe"].latency == wanted


def test_what_has_no_latency_is_read_as_none_measured(db: Database, epoch: int, read: Callable[..., dict[str, Reading]]) -> None:
    sync(db, [declared("job", BEAT)], NOON)
    Writer(db).commit(Ledger(results=[result(1, NOON, total_us=0)], spans=[span(1, NOON, None)]), epoch=epoch)
    assert read()["job"].latency == LatencyReading(0, 0)
    assert read(latency=False)["job"].latency is None


def test_a_month_to_come_has_no_latencies_yet(db: Database) -> None:
    sync(db, [declared("stripe")], NOON)
    (one,) = month_readings(db, MONTH.start_ms, MONTH.end_ms, MONTH.start_ms - DAY)
    assert one.latency == LatencyReading(0, 0)


def test_only_what_has_a_target_is_read_and_a_promise_is_one(db: Database, read: Callable[..., dict[str, Reading]]) -> None:
    sync(db, [declared("blog", target=None), declared("paypal", target=None, promise=Promise("99.9")), declared("stripe")], NOON)
    assert list(read()) == ["paypal", "stripe"]
    assert list(read(slugs={"stripe", "blog"})) == ["stripe"]
    assert list(read(without={2})) == ["stripe"]


def test_what_was_removed_in_the_month_is_read_and_what_was_gone_before_is_not(
    db: Database, read: Callable[..., dict[str, Reading]]
) -> None:
    sync(db, [declared("early"), declared("late")], MONTH.start_ms - DAY)
    sync(db, [declared("late")], MONTH.start_ms)
    sync(db, [], MONTH.start_ms + DAY)
    assert {slug: dict(one.removed_ms) for slug, one in read().items()} == {"late": {3: MONTH.start_ms + DAY, 4: MONTH.start_ms + DAY}}


def test_every_look_is_a_short_one(db: Database, read: Callable[..., dict[str, Reading]]) -> None:
    """A few integrations at a time, and the latencies of each by themselves."""
    sync(db, [declared(f"i{number:02}", API) for number in range(45)], NOON)
    looks: list[object] = []
    steps: list[tuple[int, int]] = []

    def note(*look: object) -> None:
        looks.append(look)

    event.listen(Pool, "checkout", note)
    assert len(read(step=lambda done, total: steps.append((done, total)))) == 45
    event.remove(Pool, "checkout", note)
    assert len(looks) == 1 + 3 + 45
    assert (steps[0], steps[-1], len(steps)) == ((1, 45), (45, 45), 45)


def test_the_first_result_of_all_is_known_once_it_was_folded(db: Database) -> None:
    with db.read() as conn:
        assert first_result_ms(conn) is None


# Closed months.


def new(integration: int, **changed: object) -> NewPeriod:
    made = NewPeriod(integration, MONTH.start_ms, MONTH.end_ms, MONTH.zone, '{"form":1}', "a" * 64, MONTH.end_ms + HOUR)
    return replace(made, **changed)  # type: ignore[arg-type]


def test_what_is_closed_is_not_closed_again(db: Database, epoch: int) -> None:
    assert periods.close(db, [new(1), new(2)], epoch=epoch) == 2
    assert periods.close(db, [new(2, body='{"form":2}'), new(3)], epoch=epoch) == 1
    assert [(row.integration, row.text) for row in MonthBooks(db).closed(MONTH)] == [
        (1, '{"form":1}'),
        (2, '{"form":1}'),
        (3, '{"form":1}'),
    ]
    with db.read() as conn:
        assert periods.closed(conn, "UTC") == {(MONTH.start_ms, MONTH.end_ms): frozenset({1, 2, 3})}
        assert periods.closed(conn, "Europe/Berlin") == {}


def test_months_of_two_zones_that_begin_at_one_instant_are_two(db: Database, epoch: int) -> None:
    assert periods.close(db, [new(1), new(1, zone="Africa/Abidjan")], epoch=epoch) == 2
    assert [row.zone for row in MonthBooks(db).closed(MONTH)] == ["UTC"]


def test_whoever_no_longer_leads_closes_and_corrects_nothing(db: Database, epoch: int) -> None:
    lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        periods.close(db, [new(1)], epoch=epoch)
    stretch = {"start_ms": MONTH.start_ms, "end_ms": MONTH.end_ms, "zone": "UTC", "closed_ms": MONTH.end_ms}
    with pytest.raises(Fenced):
        periods.freeze(db, integration=1, **stretch, body="{}", digest="", author="monitor", reason="ours", epoch=epoch)  # type: ignore[arg-type]
    assert MonthBooks(db).closed(MONTH) == []
