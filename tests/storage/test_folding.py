"""Hours, days and summary rows are what the results, spans, verdicts and windows say, whenever and however often they are folded."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.availability import Buckets
from core.health import Cause, ProbeResult, Status
from core.histogram import Histogram
from core.ledger import Ledger, SpanRow, WindowKind, WindowRow
from core.verdict import Party
from storage import lease, wall
from storage.engine import Database
from storage.faults import Fenced
from storage.folding import Folder
from storage.rollups import DAY_MS, HOUR_MS, Scope, rollups
from storage.rows import Figures, RollupRow, Summary
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, MIDNIGHT, MINUTE, NOON

API = 1  # the id of the first check, and of its integration


class Worker:
    """Commits and folds as the worker does."""

    def __init__(self, db: Database, epoch: int) -> None:
        self.db, self.epoch = db, epoch
        self.writer, self.folder = Writer(db), Folder(db)

    def commit(self, ledger: Ledger) -> None:
        self.writer.commit(ledger, epoch=self.epoch)
        self.folder.note(ledger)

    def fold(self, now_ms: int) -> Summary:
        self.folder.fold(now_ms, epoch=self.epoch)
        with self.db.read() as conn:
            found = wall.summary(conn, API)
        assert found is not None
        return found

    def rows(self, scope: Scope, width_ms: int, since_ms: int = MIDNIGHT) -> list[RollupRow]:
        with self.db.read() as conn:
            return rollups(conn, scope, [API], width_ms, since_ms, since_ms + 3 * DAY)


@pytest.fixture
def worker(db: Database, epoch: int) -> Worker:
    samples.watched(db)
    return Worker(db, epoch)


def every_minute(since_ms: int, until_ms: int, cause: Cause | None = None) -> list[ProbeResult]:
    return [samples.result(API, at, cause, 120_000, kept=False) for at in range(since_ms, until_ms, MINUTE)]


def well(since_ms: int, until_ms: int) -> Ledger:
    return Ledger(results=every_minute(since_ms, until_ms), spans=[samples.span(API, since_ms + 12, None)])


def test_an_hour_and_a_day_hold_counts_time_and_latency(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + 2 * HOUR))
    worker.fold(NOON + 2 * HOUR)
    for scope in Scope:
        hours = worker.rows(scope, HOUR_MS)
        assert [(row.start_ms, row.results, row.buckets.up_ms) for row in hours] == [(NOON, 60, HOUR - 12), (NOON + HOUR, 60, HOUR)]
        (day,) = worker.rows(scope, DAY_MS)
        assert (day.start_ms, day.results, day.buckets) == (MIDNIGHT, 120, Buckets(up_ms=2 * HOUR - 12))
        assert Histogram.from_bytes(day.histogram).quantile(95) == pytest.approx(120_000, rel=0.01)


def test_the_wall_shows_what_was_folded(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    summary = worker.fold(NOON + HOUR)
    assert summary.day == summary.quarter == summary.calendar_month == Figures(up_ms=HOUR - 12)
    assert summary.bars == "-" * 89 + "u"
    assert summary.sparkline[:-2] == (None,) * 22
    assert summary.sparkline[-2] == pytest.approx(120_000, rel=0.01)
    assert summary.p95_us[0] == summary.p95_us[3] == summary.sparkline[-2]
    assert (summary.first_ms, summary.seen_ms) == (NOON + 12, NOON + 59 * MINUTE + 12)


def test_folding_often_is_the_same_as_folding_once(worker: Worker, db: Database) -> None:
    for start in range(NOON, NOON + 2 * HOUR, 10 * MINUTE):
        ledger = Ledger(results=every_minute(start, start + 10 * MINUTE))
        ledger.spans += [samples.span(API, NOON + 12, None)] if start == NOON else []
        worker.commit(ledger)
        worker.fold(start + 10 * MINUTE)
    often = [*worker.rows(Scope.INTEGRATION, HOUR_MS), *worker.rows(Scope.INTEGRATION, DAY_MS)]
    summary = worker.fold(NOON + 2 * HOUR)
    anew = Worker(db, worker.epoch)
    assert anew.fold(NOON + 2 * HOUR) == summary
    assert [*anew.rows(Scope.INTEGRATION, HOUR_MS), *anew.rows(Scope.INTEGRATION, DAY_MS)] == often


def test_what_was_written_and_not_folded_before_a_crash_is_counted_after_it(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + 90 * MINUTE))
    worker.fold(NOON + 90 * MINUTE)
    worker.commit(Ledger(results=every_minute(NOON + 90 * MINUTE, NOON + 3 * HOUR)))
    anew = Worker(db, worker.epoch)
    anew.fold(NOON + 3 * HOUR)
    assert [row.results for row in anew.rows(Scope.CHECK, HOUR_MS)] == [60, 60, 60]
    assert [row.results for row in anew.rows(Scope.INTEGRATION, DAY_MS)] == [180]


def test_the_newest_result_told_again_to_the_next_worker_is_counted_once(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    next_day = NOON + DAY
    worker.fold(next_day)
    anew = Worker(db, worker.epoch)
    anew.fold(next_day + MINUTE)
    anew.commit(Ledger(results=[samples.result(API, NOON + 59 * MINUTE, Cause.DNS, 7)]))
    anew.fold(next_day + 2 * MINUTE)
    assert sum(row.results for row in anew.rows(Scope.CHECK, HOUR_MS)) == 60
    assert sum(row.results for row in anew.rows(Scope.INTEGRATION, DAY_MS)) == 60


def outage(since_ms: int, until_ms: int, party: Party = Party.THEIRS) -> Ledger:
    """Up from NOON on, down from `since_ms` to `until_ms`, up again; one incident."""
    failing = every_minute(since_ms, until_ms, Cause.SERVER_ERROR)
    spans: Sequence[SpanRow] = (
        samples.span(API, NOON + 12, since_ms),
        samples.span(API, since_ms, until_ms, Cause.SERVER_ERROR),
        samples.span(API, until_ms, None),
    )
    return Ledger(
        results=[*every_minute(NOON, since_ms), *failing, *every_minute(until_ms, until_ms + HOUR)],
        spans=list(spans),
        verdicts=[samples.verdict_row(API, since_ms, until_ms, party=party)],
        incidents=[samples.incident(1, API, API, since_ms, until_ms)],
    )


@pytest.mark.parametrize(
    ("party", "bucket", "bar"),
    [(Party.THEIRS, "theirs_ms", "d"), (Party.OURS, "ours_ms", "o"), (Party.PATH, "path_ms", "d"), (Party.UNKNOWN, "unsure_ms", "d")],
)
def test_down_time_is_told_apart_by_whose_it_is(worker: Worker, party: Party, bucket: str, bar: str) -> None:
    worker.commit(outage(NOON + HOUR, NOON + HOUR + 10 * MINUTE, party))
    summary = worker.fold(NOON + 2 * HOUR)
    assert getattr(worker.rows(Scope.INTEGRATION, DAY_MS)[0].buckets, bucket) == 10 * MINUTE
    assert summary.bars[-1] == bar
    assert (summary.day.down_ms, summary.day.ours_ms) == (10 * MINUTE, 10 * MINUTE if party is Party.OURS else 0)
    assert worker.rows(Scope.INTEGRATION, DAY_MS)[0].causes == {Cause.SERVER_ERROR: 10}


def test_a_verdict_that_changes_later_changes_the_day(worker: Worker) -> None:
    worker.commit(outage(NOON + HOUR, NOON + HOUR + 10 * MINUTE))
    assert worker.fold(NOON + 2 * HOUR).bars[-1] == "d"
    worker.commit(Ledger(verdicts=[samples.verdict_row(API, NOON + HOUR, NOON + HOUR + 10 * MINUTE, party=Party.OURS)]))
    assert worker.fold(NOON + 2 * HOUR + MINUTE).bars[-1] == "o"


def test_one_failed_probe_leaves_the_day_pale_and_is_in_the_figures(worker: Worker) -> None:
    ledger = outage(NOON + HOUR, NOON + HOUR + MINUTE)
    ledger.incidents.clear()
    ledger.verdicts.clear()
    worker.commit(ledger)
    summary = worker.fold(NOON + 2 * HOUR)
    assert summary.bars[-1] == "u"
    assert summary.day.down_ms == MINUTE


def test_maintenance_lies_over_everything(worker: Worker) -> None:
    worker.commit(outage(NOON + HOUR, NOON + HOUR + 10 * MINUTE))
    worker.commit(Ledger(windows=[WindowRow(WindowKind.MAINTENANCE, NOON + HOUR, NOON + 3 * HOUR, (API,))]))
    summary = worker.fold(NOON + 2 * HOUR)
    assert summary.maintained
    assert (summary.day.down_ms, summary.day.maintenance_ms) == (0, HOUR)
    assert not worker.fold(NOON + 4 * HOUR).maintained


def test_silence_is_unknown_after_two_and_a_half_gaps(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    last = NOON + 59 * MINUTE + 12
    summary = worker.fold(NOON + 2 * HOUR)
    assert summary.day.unknown_ms == NOON + 2 * HOUR - last - 150_000
    assert summary.day.up_ms + summary.day.unknown_ms == 2 * HOUR - 12


def test_a_result_that_was_under_way_for_long_makes_up_for_provisional_silence(worker: Worker) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    assert worker.fold(NOON + HOUR + 5 * MINUTE).day.unknown_ms > 0
    worker.commit(Ledger(results=every_minute(NOON + HOUR, NOON + HOUR + 5 * MINUTE)))
    assert worker.fold(NOON + HOUR + 5 * MINUTE + 1).day.unknown_ms == 0


def test_a_status_page_check_has_figures_of_its_own_and_none_in_its_integration(worker: Worker) -> None:
    page = 2
    results = [samples.result(page, NOON + n * MINUTE, Cause.CONTRACT, kept=False) for n in range(60)]
    worker.commit(Ledger(results=results, spans=[samples.span(page, NOON + 12, None, Cause.CONTRACT)]))
    assert worker.fold(NOON + HOUR).day == Figures()
    with worker.db.read() as conn:
        own = wall.summary_of_check(conn, page)
    assert own is not None
    assert own.day.down_ms == HOUR - 12


def test_a_day_ends_and_the_next_begins(worker: Worker) -> None:
    worker.commit(well(NOON, MIDNIGHT + DAY + HOUR))
    worker.fold(MIDNIGHT + DAY - MINUTE)
    summary = worker.fold(MIDNIGHT + DAY + HOUR)
    assert summary.bars[-2:] == "uu"
    assert [row.buckets.up_ms for row in worker.rows(Scope.INTEGRATION, DAY_MS)] == [12 * HOUR - 12, HOUR]
    with worker.db.read() as conn:
        assert [bar.start_ms for bar in wall.days(conn, API, MIDNIGHT, MIDNIGHT + 2 * DAY)] == [MIDNIGHT, MIDNIGHT + DAY]


def test_what_is_removed_and_what_comes_is_followed(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    worker.fold(NOON + HOUR)
    sync(db, [samples.declared("stripe"), samples.declared("paypal")], NOON + HOUR)
    new = samples.result(3, NOON + HOUR)
    worker.commit(Ledger(results=[new], spans=[samples.span(3, new.edge_ms, None)], states=[samples.state(3, Status.UP, new.edge_ms)]))
    worker.fold(NOON + HOUR + MINUTE)
    with db.read() as conn:
        assert [(one.plan.slug, one.bars[-1]) for one in wall.summaries(conn)] == [("paypal", "u"), ("stripe", "u")]
    sync(db, [samples.declared("paypal")], NOON + 2 * HOUR)
    worker.folder.fold(NOON + 2 * HOUR, epoch=worker.epoch)
    with db.read() as conn:
        assert [one.plan.slug for one in wall.summaries(conn)] == ["paypal"]


def test_the_wall_has_a_new_version_only_when_it_looks_different(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    worker.fold(NOON + HOUR)
    with db.read() as conn:
        before = wall.version(conn, "wall")
    worker.commit(Ledger(results=every_minute(NOON + HOUR, NOON + HOUR + 2 * MINUTE)))
    worker.fold(NOON + HOUR + MINUTE)
    with db.read() as conn:
        settled = wall.version(conn, "wall")
    worker.fold(NOON + HOUR + 2 * MINUTE)
    with db.read() as conn:
        assert (wall.version(conn, "wall"), settled) == (settled, before + 1)


def test_whoever_no_longer_leads_folds_nothing_and_the_next_one_makes_up_for_it(worker: Worker, db: Database) -> None:
    worker.commit(well(NOON, NOON + HOUR))
    newer = lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        worker.fold(NOON + HOUR)
    assert worker.rows(Scope.INTEGRATION, HOUR_MS) == []
    worker.epoch = newer
    worker.fold(NOON + HOUR + MINUTE)
    assert [row.results for row in worker.rows(Scope.INTEGRATION, DAY_MS)] == [60]
