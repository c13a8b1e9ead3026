"""The lock that makes a leader, and whether one whose lock was lost leads on."""

from __future__ import annotations

from scheduler.leader import keep, leader_lock
from storage import lease
from storage.engine import Database


def test_whoever_holds_the_lock_leads_on(url: str, db: Database, epoch: int) -> None:
    lock, other = leader_lock(url), leader_lock(url)
    assert lock.try_acquire()
    assert keep(db, lock, epoch)
    assert not keep(db, other, epoch), "somebody else holds it"
    lock.release()


def test_a_lock_that_was_lost_and_is_free_is_taken_again_where_nobody_led_meanwhile(url: str, db: Database, epoch: int) -> None:
    lock = leader_lock(url)
    assert keep(db, lock, epoch)
    assert lock.is_held()
    lock.release()


def test_whoever_led_meanwhile_has_the_lead_though_the_lock_is_free_again(url: str, db: Database, epoch: int) -> None:
    lock, other = leader_lock(url), leader_lock(url)
    lease.take(db, None, 1)
    assert not keep(db, lock, epoch)
    assert other.try_acquire(), "it was let go of again"
    other.release()
