"""Hours of figures go after a month, of whatever check or integration, and days stay; what is stored is not written again."""

from __future__ import annotations

from sqlalchemy import text

from core.availability import Buckets
from storage.engine import Database
from storage.hours import AT_ONCE, forget_hours, kept_from
from storage.rollups import DAY_MS, HOUR_MS, RollupKey, Scope, changed_time, write_time
from storage.steps import Steps
from tests.storage import samples
from tests.storage.samples import DAY, MIDNIGHT


def test_hours_older_than_a_month_go_of_everything_and_days_stay(db: Database, epoch: int) -> None:
    made = samples.watched(db, *(f"vendor-{n}" for n in range(AT_ONCE)))
    subjects = [(int(Scope.CHECK), check) for check in made.plan.checks] + [(int(Scope.INTEGRATION), n + 1) for n in range(AT_ONCE)]
    starts = (MIDNIGHT, MIDNIGHT + DAY - HOUR_MS, MIDNIGHT + DAY)
    spent = {(*key, width, start): Buckets(up_ms=width) for key in subjects for width in (HOUR_MS, DAY_MS) for start in starts}
    with db.write() as conn:
        write_time(conn, spent)
    now = MIDNIGHT + 32 * DAY
    assert kept_from(now) == kept_from(now + DAY - 1) == MIDNIGHT + DAY
    forget_hours(db, Steps(db, epoch), kept_from(now))
    with db.read() as conn:
        left = conn.execute(text("SELECT width_ms, start_ms, COUNT(*) FROM rollup GROUP BY width_ms, start_ms")).all()
    whole = [(DAY_MS, start, len(subjects)) for start in starts]
    assert sorted(map(tuple, left)) == sorted([(HOUR_MS, MIDNIGHT + DAY, len(subjects)), *whole])


def test_only_time_that_is_not_stored_as_it_is_has_to_be_written(db: Database) -> None:
    stored = {(0, 1, HOUR_MS, MIDNIGHT + n * HOUR_MS): Buckets(up_ms=HOUR_MS) for n in range(4)}
    with db.write() as conn:
        write_time(conn, stored)
    changed = dict.fromkeys(list(stored)[1:2], Buckets(theirs_ms=HOUR_MS))
    new: dict[RollupKey, Buckets] = {(0, 1, DAY_MS, MIDNIGHT): Buckets(), (1, 1, HOUR_MS, MIDNIGHT): Buckets(up_ms=HOUR_MS)}
    with db.read() as conn:
        assert changed_time(conn, stored | changed | new) == changed | new
