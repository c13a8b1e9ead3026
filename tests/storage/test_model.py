"""Whatever comes in whatever order, and whenever a worker dies: every reader says what a plain model of the results says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.availability import Buckets
from core.day import fold
from core.declared import DeclaredCheck
from core.health import Cause, ProbeResult
from core.histogram import Histogram
from core.ledger import CorrectionRow, CountsAs, Ledger
from core.percentile import nearest_rank
from core.reading import Reading, pieces
from core.verdict import Party
from storage import catalogue, measured, periods, results, wall
from storage.engine import Database
from storage.folding import Folder
from storage.history import pack_closed_days, repack_late_days
from storage.readings import month_latency
from storage.retention import Retention, forget
from storage.rollups import DAY_MS, HOUR_MS, Scope, rollups
from storage.rows import IntegrationRow, RollupRow
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, LOCAL, MIDNIGHT, MINUTE

GAP = 20 * DAY  # a result speaks for longer than the whole test: time depends on spans and corrections alone
LATEST = 10 * DAY
NUMBER = count(1)
KEEP = Retention(results_days=62)
CHECKS = (
    DeclaredCheck("api", "API", "http", True),
    DeclaredCheck("login", "Login", "http", True),
    DeclaredCheck("page", "P", "statuspage", False),
)
CAUSES = st.sampled_from([None, None, None, Cause.SLOW, Cause.TIMEOUT, Cause.INTERNAL])

RESULT = st.tuples(st.integers(0, 2), st.integers(0, LATEST), CAUSES, st.integers(1_000, 900_000), st.booleans(), st.booleans())
CORRECTION = st.tuples(st.integers(0, 12 * 24), st.integers(1, 30), st.sampled_from([*CountsAs, None]), st.sampled_from([None, 0, 1, 2]))
STEP = st.one_of(
    st.tuples(st.just("write"), st.lists(RESULT, min_size=1, max_size=30)),
    st.tuples(st.just("write again"), st.lists(st.integers(0, 500), min_size=1, max_size=5)),
    st.tuples(st.just("wait"), st.integers(1, 4 * 24).map(lambda hours: hours * HOUR)),
    st.tuples(st.just("correct"), CORRECTION),
    *(st.tuples(st.just(word), st.none()) for word in ("fold", "die", "pack", "repack")),
)


@dataclass
class Model:
    """A worker over the database, and beside it the first result of every key in a dictionary."""

    db: Database
    epoch: int
    one: IntegrationRow
    now_ms: int = MIDNIGHT + LATEST
    known: dict[tuple[int, int], ProbeResult] = field(default_factory=dict)
    corrections: list[CorrectionRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.checks = [check.plan.id for check in self.one.checks]
        self.spans = [samples.span(check, MIDNIGHT, None, gap_ms=GAP) for check in self.checks]
        self.folder = Folder(self.db)
        self.commit(Ledger(spans=self.spans))

    def commit(self, ledger: Ledger) -> None:
        Writer(self.db).commit(ledger, epoch=self.epoch)
        self.folder.note(ledger)
        for one in ledger.results:
            self.known.setdefault((one.check, one.at_ms), one)

    def take(self, step: str, given: object) -> None:
        doing: dict[str, Callable[..., object]] = {
            "write": self.write,
            "write again": self.write_again,
            "wait": self.wait,
            "correct": self.correct,
            "fold": lambda _: self.folder.fold(self.now_ms, epoch=self.epoch),
            "die": lambda _: self.die(),
            "pack": lambda _: pack_closed_days(self.db, self.now_ms, epoch=self.epoch),
            "repack": lambda _: repack_late_days(self.db, self.now_ms, epoch=self.epoch),
        }
        doing[step](given)

    def write(self, rows: list[tuple[int, int, Cause | None, int, bool, bool]]) -> None:
        made = []
        for check, late_ms, cause, total_us, fit, timed in rows:
            phases = samples.phases(total_us) if timed and total_us > 40_000 else None
            one = samples.result(self.checks[check], self.now_ms - late_ms, cause, total_us, kept=False, phases=phases)
            made.append(replace(one, fit=fit))
        self.commit(Ledger(results=made))

    def write_again(self, places: list[int]) -> None:
        """Keys that are there already, told otherwise: they stay as they were."""
        keys = sorted(self.known)
        again = [keys[place % len(keys)] for place in places] if keys else []
        self.commit(Ledger(results=[samples.result(check, at, Cause.DNS, 7, kept=False) for check, at in again]))

    def wait(self, ms: int) -> None:
        self.now_ms += ms

    def correct(self, given: tuple[int, int, CountsAs | None, int | None]) -> None:
        hour, hours, bucket, check = given
        start = MIDNIGHT + hour * HOUR
        single = None if check is None or bucket is CountsAs.MAINTENANCE else self.checks[check]
        party = Party.OURS if bucket in (None, CountsAs.DOWN) else None
        row = CorrectionRow(self.one.plan.id, start, start + hours * HOUR, "So it was", "Ada", self.now_ms, bucket, party, single)
        self.commit(Ledger(corrections=[row]))
        self.corrections.append(replace(row, id=len(self.corrections) + 1))

    def die(self) -> None:
        self.folder = Folder(self.db)

    # What every reader must say.

    def of(self, check: int) -> list[ProbeResult]:
        return [self.known[key] for key in sorted(self.known) if key[0] == check]

    def require_single_results(self, since_ms: int = 0) -> None:
        with self.db.read() as conn:
            for check in self.checks:
                wanted = [one for one in self.of(check) if one.at_ms >= since_ms]
                found = results.series(conn, check, LOCAL, 0, self.now_ms + 1)
                assert found.at_ms.tolist() == [one.at_ms for one in wanted]
                assert found.total_us.tolist() == [one.total_us for one in wanted]
                assert found.fit.tolist() == [one.fit for one in wanted]
                newest = results.results(conn, check, LOCAL, 0, self.now_ms + 1, 7)
                assert [(line.at_ms, line.cause) for line in newest] == [(one.at_ms, one.cause) for one in wanted[::-1][:7]]
                told = results.phases(conn, check, LOCAL, 0, self.now_ms + 1)
                timed = [(one.at_ms, one.phases.first_byte_us) for one in wanted if one.phases]
                if not since_ms:
                    assert list(zip(told.at_ms.tolist(), told.first_byte_us.tolist(), strict=True)) == timed

    def require_percentiles(self) -> None:
        since, until = MIDNIGHT + 7 * HOUR, self.now_ms - HOUR
        counting = [answer(one) for check in self.checks[:2] for one in self.of(check) if since <= one.at_ms < until]
        wanted = [us for us in counting if us is not None]
        with self.db.read() as conn:
            found = measured.latencies(conn, self.checks[:2], since, until)
            exact = month_latency(conn, self.one, since, until)
        assert sorted(found.tolist()) == sorted(wanted)
        assert (exact.results, exact.p50_us, exact.p95_us) == (len(wanted), nearest_rank(wanted, 50), nearest_rank(wanted, 95))

    def require_figures(self) -> None:
        self.folder.fold(self.now_ms, epoch=self.epoch)
        for scope, subject, members in self.subjects():
            for width in (HOUR_MS, DAY_MS):
                with self.db.read() as conn:
                    found = {row.start_ms: row for row in rollups(conn, scope, [subject], width, 0, self.now_ms + 1)}
                self.require_counts(found, members, width)
            self.require_time(found, None if scope is Scope.INTEGRATION else subject)
        self.require_summary()

    def subjects(self) -> list[tuple[Scope, int, list[int]]]:
        own = [(Scope.CHECK, check, [check]) for check in self.checks]
        return [(Scope.INTEGRATION, self.one.plan.id, self.checks[:2]), *own]

    def require_counts(self, found: dict[int, RollupRow], members: list[int], width: int) -> None:
        wanted: dict[int, list[ProbeResult]] = {}
        for check in members:
            for one in self.of(check):
                wanted.setdefault(one.at_ms // width * width, []).append(one)
        kept = {start for start, row in found.items() if row.results}
        assert kept == {start for start in wanted if width == DAY_MS or start >= self.now_ms - 31 * DAY}
        for start in kept:
            some = wanted[start]
            assert found[start].results == len(some)
            assert found[start].causes == Counter(one.cause for one in some if one.cause)
            assert Histogram.from_bytes(found[start].histogram) == Histogram(us for one in some if (us := answer(one)) is not None)

    def require_time(self, days: dict[int, RollupRow], only: int | None) -> None:
        reading = Reading(self.one.plan, self.spans, self.newest(), first_ms={(check, LOCAL): MIDNIGHT for check in self.checks})
        whole = pieces(replace(reading, corrections=self.corrections), MIDNIGHT, self.now_ms, self.now_ms, only=only)
        spent = {day: fold(whole, day, day + DAY) for day in range(MIDNIGHT, self.now_ms, DAY)}
        assert {day: row.buckets for day, row in days.items() if row.buckets != Buckets()} == spent

    def newest(self) -> dict[tuple[int, int], int]:
        return {(check, LOCAL): max(one.edge_ms for one in self.of(check)) for check in self.checks if self.of(check)}

    def require_summary(self) -> None:
        with self.db.read() as conn:
            found = wall.summary(conn, self.one.plan.id)
        assert found is not None
        hour = self.now_ms // HOUR_MS * HOUR_MS
        day = [
            us for check in self.checks[:2] for one in self.of(check) if one.at_ms >= hour - 23 * HOUR and (us := answer(one)) is not None
        ]
        assert found.p95_us[0] == Histogram(day).quantile(95)
        assert found.seen_ms == max((edge for (check, _), edge in self.newest().items() if check in self.checks[:2]), default=MIDNIGHT)


def answer(one: ProbeResult) -> int | None:
    return one.total_us if one.fit and one.cause in (None, Cause.SLOW) else None


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=4, max_size=12))
def test_every_reader_says_what_a_plain_model_says(db: Database, epoch: int, steps: list[tuple[str, object]]) -> None:
    slug = f"vendor-{next(NUMBER)}"
    sync(db, [samples.declared(slug, *CHECKS)], MIDNIGHT)
    with db.read() as conn:
        one = catalogue.integration(conn, slug)
    assert one is not None
    model = Model(db, epoch, one)
    model.take("write", [(0, LATEST, None, 100_000, True, True), (1, 0, None, 90_000, True, True)])
    for step, given_ in steps:
        model.take(step, given_)
        model.require_single_results()
    model.require_percentiles()
    model.require_figures()
    require_it_survives_pruning(model)


def require_it_survives_pruning(model: Model) -> None:
    """What is older than 62 days goes, whole days of it; hours go after 31 days; days and their figures stay, a new worker or not."""
    model.wait(66 * DAY)
    model.write([(0, 0, None, 80_000, True, False)])
    model.folder.fold(model.now_ms, epoch=model.epoch)
    for turn in (pack_closed_days, repack_late_days):
        turn(model.db, model.now_ms, epoch=model.epoch)
    periods.note_closed_until(model.db, model.now_ms, model.now_ms, epoch=model.epoch)
    forget(model.db, model.now_ms, KEEP, epoch=model.epoch)
    model.require_single_results(since_ms=(model.now_ms - 62 * DAY) // DAY * DAY)
    model.die()
    model.folder.fold(model.now_ms + MINUTE, epoch=model.epoch)
    for scope, subject, members in model.subjects():
        with model.db.read() as conn:
            found = {row.start_ms: row for row in rollups(conn, scope, [subject], DAY_MS, 0, model.now_ms + 1)}
        model.require_counts(found, members, DAY_MS)


@pytest.mark.parametrize("rows", [1, 40])
def test_the_model_itself_would_notice_a_result_that_is_counted_twice(db: Database, epoch: int, rows: int) -> None:
    sync(db, [samples.declared("vendor", *CHECKS)], MIDNIGHT)
    with db.read() as conn:
        one = catalogue.integration(conn, "vendor")
    assert one is not None
    model = Model(db, epoch, one)
    model.take("write", [(0, n, None, 100_000, True, True) for n in range(rows)])
    model.known.popitem()
    with pytest.raises(AssertionError):
        model.require_figures()
