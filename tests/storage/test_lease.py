"""One leads: the newest epoch, and on Postgres the session lock behind it."""

from __future__ import annotations

import threading

import pytest

from storage import lease
from storage.engine import Database
from storage.faults import Fenced
from storage.lease import LeaderLock
from tests.conftest import on_server
from tests.storage.samples import NOON


def test_every_leader_has_a_higher_epoch_than_the_one_before(db: Database) -> None:
    with db.read() as conn:
        assert lease.current(conn) == 0
    assert [lease.take(db, process, NOON) for process in (7, None, 9)] == [1, 2, 3]
    with db.read() as conn:
        assert lease.current(conn) == 3


def test_only_the_newest_epoch_passes_the_fence(db: Database) -> None:
    old, new = lease.take(db, None, NOON), lease.take(db, None, NOON)
    with db.write() as conn:
        lease.fence(conn, new)
    with pytest.raises(Fenced), db.write() as conn:
        lease.fence(conn, old)


def test_one_session_of_a_postgres_has_the_leaders_lock(postgres_url: str) -> None:
    first, second = LeaderLock(postgres_url), LeaderLock(postgres_url)
    assert (first.try_acquire(), second.try_acquire()) == (True, False)
    assert (first.is_held(), second.is_held()) == (True, False)
    first.release()
    assert (first.is_held(), second.try_acquire()) == (False, True)
    second.release()


def test_a_leader_whose_session_broke_knows_that_it_leads_no_more(postgres: str, postgres_url: str) -> None:
    first, second = LeaderLock(postgres_url), LeaderLock(postgres_url)
    assert first.try_acquire()
    on_server(postgres, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'integration-health'")
    assert not first.is_held()
    assert second.try_acquire()
    first.release()
    second.release()


def test_a_takeover_waits_for_a_commit_that_is_under_way(db: Database) -> None:
    """Else the new leader could read the state before the last rows of the old one are in it."""
    epoch = lease.take(db, None, NOON)
    order: list[str] = []
    taker = threading.Thread(target=lambda: order.append(f"epoch {lease.take(db, None, NOON)}"))
    with db.write() as conn:
        lease.fence(conn, epoch)
        taker.start()
        taker.join(0.3)
        order.append("commit")
    taker.join()
    assert order == ["commit", f"epoch {epoch + 1}"]
