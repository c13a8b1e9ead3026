"""What is too old goes; what figures rest on stays."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from core.health import Cause, PageStatus
from core.ledger import Answer, Ledger, PageRow
from storage import lease, pages, pings, processes, requests, results
from storage.engine import Database
from storage.faults import Fenced
from storage.retention import STEP, forget
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, LOCAL, NOON
from tests.storage.test_catalogue import API, PING


def test_old_evidence_pings_answers_and_processes_go_and_results_stay(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    failing = [samples.result(1, NOON + n, Cause.TIMEOUT) for n in range(STEP + 1)]
    asked = [requests.append(db, "note", {}, None, NOON) for _ in range(2)]
    Writer(db).commit(Ledger(results=failing, answers=[Answer(asked[0], NOON, True, "")]), epoch=epoch)
    pings.append_ping(db, next(iter(made.addresses.values())), "ok", "", NOON)
    processes.register(db, "web", NOON)
    assert forget(db, NOON + 29 * DAY, epoch=epoch) == 0
    assert forget(db, NOON + 401 * DAY, epoch=epoch) == STEP + 1 + 3
    with db.read() as conn:
        assert len(results.series(conn, 1, LOCAL, NOON, NOON + DAY)) == STEP + 1
        assert [row.id for row in requests.unanswered(conn)] == asked[1:]
        assert conn.execute(text("SELECT COUNT(*) FROM evidence")).scalar() == 0


def test_old_words_of_a_page_go_but_for_the_last_that_still_holds(db: Database, epoch: int) -> None:
    said = [PageRow(check, NOON + n, PageStatus.GREEN, str(n)) for check in (1, 2) for n in range(check)]
    later = PageRow(1, NOON + 300 * DAY, PageStatus.RED, "Errors")
    Writer(db).commit(Ledger(pages=[*said, later]), epoch=epoch)
    assert forget(db, NOON + 401 * DAY, epoch=epoch) == 1
    with db.read() as conn:
        assert pages.changes(conn, [1, 2], 0, NOON * 2) == [said[0], later, said[2]]


def test_whoever_no_longer_leads_lets_nothing_go(db: Database, epoch: int) -> None:
    lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        forget(db, NOON, epoch=epoch)
