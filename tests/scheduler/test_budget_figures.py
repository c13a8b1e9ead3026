"""Error budgets as the judge is told of them, from a folded history on both databases; the queries are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest
from sqlalchemy import event

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause, ProbeResult
from core.ledger import Ledger, SpanRow, WindowKind, WindowRow
from core.plan import Objective
from scheduler.budget_figures import budget_figures
from scheduler.judge import BudgetFigures, Memory, load
from storage.catalogue import load_catalogue
from storage.engine import Database
from storage.folding import Folder
from storage.sync import sync
from storage.timeline import newest
from storage.writer import Writer
from tests.storage.samples import DAY, HOUR, MINUTE, NOON, result, span

NOW = NOON
MONTH_START = NOON - 24 * DAY - 12 * HOUR  # 2025-11-01
MONTH_END = MONTH_START + 30 * DAY
SECOND = 1_000


def declared(slug: str, target: str | None = "99.9") -> DeclaredIntegration:
    objective = Objective(availability_pct=Decimal(target)) if target else None
    checks = (DeclaredCheck("api", "API", "http", counts=True), DeclaredCheck("page", "Page", "statuspage", counts=False))
    return DeclaredIntegration(slug, slug.title(), slug, slug.title(), "payments", objective=objective, checks=checks)


@dataclass
class World:
    """Integration n has the counting check 2n - 1, asked every minute, and has been well since the first of the month."""

    db: Database
    epoch: int
    queries: list[str] = field(default_factory=list)

    def declare(self, *targets: str | None) -> None:
        sync(self.db, [declared(f"i{number:04}", target) for number, target in enumerate(targets)], MONTH_START)

    def write(self, results: Sequence[ProbeResult] = (), spans: Sequence[SpanRow] = (), windows: Sequence[WindowRow] = ()) -> None:
        Writer(self.db).commit(Ledger(results=list(results), spans=list(spans), windows=list(windows)), epoch=self.epoch)

    def down(self, check: int, *stretches: tuple[int, int], cause: Cause = Cause.SERVER_ERROR, every_ms: int = MINUTE) -> None:
        """Failed probes and the time between them, each (ms ago, ms long), oldest first; well otherwise, until now."""
        at = MONTH_START
        for ago_ms, for_ms in stretches:
            start, end = NOW - ago_ms, NOW - ago_ms + for_ms
            self.write(
                [result(check, when, cause) for when in range(start, end, every_ms)],
                [span(check, at, start), span(check, start, end, cause)],
            )
            at = end
        self.write([result(check, when) for when in range(at, NOW, HOUR)], [span(check, at, None, gap_ms=HOUR)])

    def memory(self) -> Memory:
        with self.db.read() as conn:
            return load(load_catalogue(conn).plan, newest=newest(conn))

    def figures(self, now_ms: int = NOW, folded_ms: int | None = None) -> dict[int, BudgetFigures]:
        Folder(self.db).fold(now_ms if folded_ms is None else folded_ms, epoch=self.epoch)
        memory = self.memory()
        with self.db.read() as conn, self.counted(conn):
            return {one.integration: one for one in budget_figures(conn, memory, now_ms)}

    @contextmanager
    def counted(self, conn: object) -> Iterator[None]:
        self.queries.clear()

        def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            self.queries.append(statement)

        event.listen(conn, "before_cursor_execute", note)
        yield
        event.remove(conn, "before_cursor_execute", note)


@pytest.fixture
def world(db: Database, epoch: int) -> Callable[..., World]:
    def made(*targets: str | None) -> World:
        world = World(db, epoch)
        world.declare(*targets or ("99.9",))
        for number in range(len(targets or (1,))):
            check = 2 * number + 1
            world.write([result(check, NOW)], [span(check, MONTH_START, None)])
        return world

    return made


def test_a_quiet_month_has_its_whole_budget(world: Callable[..., World]) -> None:
    (one,) = world().figures().values()
    assert one == BudgetFigures(1, "2025-11", "November", 0, 0, 43 * MINUTE + 12 * SECOND)


@pytest.mark.parametrize(("minutes", "threshold"), [(21, 0), (22, 50), (34, 50), (35, 80), (43, 80), (44, 100)])
def test_thresholds_are_reached_to_the_minute(world: Callable[..., World], minutes: int, threshold: int) -> None:
    made = world()
    made.down(1, (5 * DAY, minutes * MINUTE), every_ms=HOUR)
    one = made.figures()[1]
    assert (one.threshold, one.spent_ms, one.burns_fast) == (threshold, minutes * MINUTE, False)


def test_slow_answers_cost_half(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (5 * DAY, 30 * MINUTE), cause=Cause.SLOW, every_ms=HOUR)
    assert made.figures()[1].spent_ms == 15 * MINUTE


def test_a_forecast_within_the_month_is_told_and_one_beyond_it_is_none(world: Callable[..., World]) -> None:
    made = world("99.9", "99.9")
    made.down(1, (5 * DAY, 40 * MINUTE), every_ms=HOUR)
    made.down(3, (5 * DAY, 5 * MINUTE), every_ms=HOUR)
    found = made.figures()
    assert NOW < (found[1].exhausts_ms or 0) < MONTH_END
    assert found[2].exhausts_ms is None


def test_without_an_objective_there_is_no_budget(world: Callable[..., World]) -> None:
    assert list(world(None, "99.9").figures()) == [2]


def test_a_month_that_was_not_folded_yet_is_not_told_of(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (5 * DAY, 50 * MINUTE), every_ms=HOUR)
    assert made.figures(MONTH_END + 1, folded_ms=MONTH_END - 1) == {}


def test_an_outage_now_burns_fast_and_says_so_with_its_windows(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (6 * MINUTE, 6 * MINUTE))
    one = made.figures()[1]
    assert (one.burns_fast, one.long, one.short, one.failures) == (True, "1 h", "5 min", 6)
    assert one.burn == pytest.approx(100, rel=0.01)  # a tenth of the hour, where a thousandth is allowed


def test_a_slower_fire_is_seen_over_six_hours(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (170 * MINUTE, 165 * SECOND), (20 * MINUTE, 45 * SECOND), every_ms=20 * SECOND)
    one = made.figures()[1]
    assert (one.burns_fast, one.long, one.short, one.failures) == (True, "6 h", "30 min", 12)


def test_two_failed_probes_are_no_fire(world: Callable[..., World]) -> None:
    made = world("99.99")
    made.down(1, (3 * MINUTE, 2 * MINUTE))
    assert not made.figures()[1].burns_fast


def test_a_fire_that_is_out_is_none(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (50 * MINUTE, 10 * MINUTE))
    assert not made.figures()[1].burns_fast


def test_a_person_who_tries_again_and_again_makes_no_fire(world: Callable[..., World]) -> None:
    made = world("99.99")
    made.down(1, (3 * MINUTE, 2 * MINUTE))
    made.write([replace(result(1, NOW - 2 * MINUTE - 1 - number, Cause.SERVER_ERROR), manual=True) for number in range(5)])
    assert not made.figures()[1].burns_fast


def test_planned_maintenance_burns_nothing(world: Callable[..., World]) -> None:
    made = world()
    made.down(1, (10 * MINUTE, 10 * MINUTE))
    made.write(windows=[WindowRow(WindowKind.MAINTENANCE, NOW - HOUR, NOW + HOUR, (1,))])
    one = made.figures()[1]
    assert (one.burns_fast, one.spent_ms) == (False, 0)


def test_where_nothing_is_allowed_the_spent_budget_speaks_alone(world: Callable[..., World]) -> None:
    made = world("100")
    made.down(1, (10 * MINUTE, 10 * MINUTE))
    one = made.figures()[1]
    assert (one.threshold, one.total_ms, one.burns_fast) == (100, 0, False)


def test_two_hundred_integrations_take_no_more_queries_than_one(world: Callable[..., World]) -> None:
    made = world(*["99.9"] * 200)
    for number in range(0, 200, 2):
        made.down(2 * number + 1, (6 * MINUTE, 6 * MINUTE))
    assert sum(one.burns_fast for one in made.figures().values()) == 100
    assert len(made.queries) <= 7


def test_in_quiet_times_it_takes_five_queries(world: Callable[..., World]) -> None:
    made = world(*["99.9"] * 20)
    made.figures()
    assert len(made.queries) <= 5
