"""What a vendor's page said stays readable, change by change."""

from __future__ import annotations

from core.health import PageStatus
from core.ledger import Ledger, PageRow
from storage import pages
from storage.backfill import Backfill
from storage.engine import Database
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, MIDNIGHT, NOON

CALM = PageRow(2, NOON, PageStatus.GREEN, "All systems operational", "https://status.vendor.example")
RED = PageRow(2, NOON + HOUR, PageStatus.RED, "Elevated errors")
AGAIN = PageRow(2, NOON + 2 * HOUR, PageStatus.GREEN, "All systems operational")


def test_the_changes_of_a_window_begin_with_what_was_said_before_it(db: Database, epoch: int) -> None:
    samples.watched(db)
    for row in (CALM, RED, AGAIN):
        Writer(db).commit(Ledger(pages=[row]), epoch=epoch)
    with db.read() as conn:
        assert pages.changes(conn, [2], NOON + HOUR + 1, NOON + 3 * HOUR) == [RED, AGAIN]
        assert pages.changes(conn, [2], NOON - DAY, NOON + HOUR) == [CALM]
        assert pages.changes(conn, [1], 0, NOON * 2) == []


def test_a_flush_that_is_tried_again_says_nothing_twice(db: Database, epoch: int) -> None:
    samples.watched(db)
    for _ in range(2):
        Writer(db).commit(Ledger(pages=[CALM]), epoch=epoch)
    with db.read() as conn:
        assert pages.changes(conn, [2], 0, NOON * 2) == [CALM]


def test_a_history_written_at_once_holds_them_too(db: Database, epoch: int) -> None:
    samples.watched(db)
    writing = Backfill(db, epoch=epoch, now_ms=NOON + DAY)
    writing.add_day(MIDNIGHT, [], Ledger(pages=[CALM, RED, AGAIN]))
    writing.finish()
    with db.read() as conn:
        assert pages.changes(conn, [2], 0, NOON * 2) == [CALM, RED, AGAIN]


def test_foreign_words_that_no_database_takes_do_not_stop_the_flush(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(pages=[PageRow(2, NOON, PageStatus.RED, "a\x00b\ud800c")]), epoch=epoch)
    with db.read() as conn:
        assert pages.changes(conn, [2], 0, NOON * 2)[0].headline == "a\ufffdb?c"
