"""What a check achieves is told of the plan it runs by: not of a history that was planned otherwise."""

from __future__ import annotations

import pytest

from core.ledger import Ledger
from storage import processes
from storage.catalogue import load_catalogue
from storage.engine import Database
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import LOCAL, MINUTE, NOON
from ui.achieved import achieved_ms, begun_ms

NOW = NOON + 3 * MINUTE
SPARSE = [NOON - minutes * MINUTE for minutes in (20, 15, 10, 5)]  # every 5 min, for a check that runs every minute


@pytest.fixture
def check(db: Database, epoch: int) -> int:
    (found,) = (row.id for row in samples.watched(db).plan.checks.values() if row.slug == "api")
    live = [NOON + second * 1_000 for second in (0, 60, 120)]
    Writer(db).commit(Ledger(results=[samples.result(found, at) for at in (*SPARSE, *live)]), epoch=epoch)
    return found


def seen(db: Database, check: int) -> int | None:
    with db.read() as conn:
        plan = load_catalogue(conn).plan.checks[check]
        return achieved_ms(conn, plan, LOCAL, NOW, begun_ms(conn, NOW))


def test_gaps_from_before_the_worker_began_do_not_make_a_check_late(db: Database, epoch: int, check: int) -> None:
    processes.beat(db, processes.register(db, "worker", NOON - MINUTE), NOON + 2 * MINUTE, leads=True)
    assert seen(db, check) == MINUTE


def test_gaps_that_this_worker_left_do(db: Database, epoch: int, check: int) -> None:
    processes.beat(db, processes.register(db, "worker", NOON - 60 * MINUTE), NOON + 2 * MINUTE, leads=True)
    assert seen(db, check) == 5 * MINUTE
