"""What would pile up in years in which nobody looks: calls of jobs that never end, configurations of before, tries that failed."""

from __future__ import annotations

import pytest

from core.ledger import AlertKind, AlertRow, Ledger
from storage import configs, periods, pings
from storage.engine import Database
from storage.outbox import StoredOutbox
from storage.retention import forget
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, NOON
from tests.storage.test_catalogue import API, PING
from tests.storage.test_retention import ROWS, count


@pytest.fixture(autouse=True)
def closed(db: Database, epoch: int) -> None:
    """No month is open."""
    periods.note_closed_until(db, NOON + 9_999 * DAY, NOON, epoch=epoch)


def test_of_a_job_that_only_ever_begins_the_last_beginning_stays(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    for at in range(ROWS + 3):
        pings.append_ping(db, next(iter(made.addresses.values())), "start", "", NOON + at)
    assert forget(db, NOON + 200 * DAY, epoch=epoch) == ROWS + 2
    with db.read() as conn:
        assert [row.at_ms - NOON for row in pings.pings(conn, 2, 0)] == [ROWS + 2]


def test_configurations_of_before_go_and_the_last_good_one_stays_however_old(db: Database, epoch: int) -> None:
    for at in range(3):
        configs.save(db, f"version: 1  # {at}", str(at), NOON + at)
    assert forget(db, NOON + 399 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 401 * DAY, epoch=epoch) == 2
    with db.read() as conn:
        last = configs.newest(conn)
    assert last is not None
    assert last.hash == "2"


def test_tries_that_failed_go_and_what_was_said_stays_for_ever(db: Database, epoch: int) -> None:
    """A channel that nobody mends is tried every half minute, for years."""
    Writer(db).commit(Ledger(alerts=[AlertRow(1, "ops", AlertKind.OPENED, NOON, 1)]), epoch=epoch)
    said = StoredOutbox(db)
    for at in (NOON, NOON + 1):
        said.failed([1], at_ms=at, error="503", next_due_ms=at, doubtful=False, ref=None, began_ms=at)
    said.delivered([1], at_ms=NOON + 2, ref=None, detail="ok", began_ms=NOON + 2)
    assert forget(db, NOON + 400 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 401 * DAY, epoch=epoch) == 2
    assert (count(db, "delivery", "ok"), count(db, "delivery"), count(db, "alert")) == (1, 1, 1)
