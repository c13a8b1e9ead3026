"""Heartbeats: what silence means, and when it means nothing."""

from __future__ import annotations

from core.health import Cause, Status
from core.heartbeat import Beat, Ping, PingKind, judge

HOUR, GRACE = 3600, 300
OK, START, FAIL = PingKind.OK, PingKind.START, PingKind.FAIL


def beat(*pings: tuple[int, PingKind], now: int, deaf: tuple[tuple[int, int], ...] = ()) -> Beat:
    found = judge([Ping(at, kind) for at, kind in pings], HOUR, GRACE, now, deaf)
    assert found is not None
    return found


def test_before_the_first_ping_silence_says_nothing() -> None:
    assert judge([], HOUR, GRACE, 10**9) is None
    assert judge([Ping(500)], HOUR, GRACE, 499) is None


def test_a_ping_in_time_is_up_until_schedule_and_grace_are_over() -> None:
    found = beat((1000, OK), now=1000 + HOUR + GRACE - 1)
    assert (found.status, found.since_ms, found.deadline_ms) == (Status.UP, 1000, 1000 + HOUR + GRACE)


def test_a_heartbeat_that_did_not_come_is_missed_from_its_deadline() -> None:
    found = beat((1000, OK), now=1000 + HOUR + GRACE)
    assert (found.cause, found.since_ms, found.deadline_ms) == (Cause.MISSED, 1000 + HOUR + GRACE, None)


def test_a_ping_makes_it_up_again() -> None:
    assert beat((1000, OK), (20_000, OK), now=20_001).status is Status.UP


def test_a_job_that_says_it_failed_is_down_at_once() -> None:
    found = beat((1000, OK), (2000, FAIL), now=2001)
    assert (found.cause, found.since_ms) == (Cause.MISSED, 2000)


def test_a_failed_job_that_starts_again_is_down_until_it_ends_well() -> None:
    assert beat((1000, FAIL), (2000, START), now=2001).status is Status.DOWN
    assert beat((1000, FAIL), (2000, START), (2100, OK), now=2101).status is Status.UP


def test_a_job_that_began_must_end_within_the_grace() -> None:
    assert beat((1000, OK), (2000, START), now=2000 + GRACE - 1).status is Status.UP
    found = beat((1000, OK), (2000, START), now=2000 + GRACE)
    assert (found.cause, found.since_ms) == (Cause.MISSED, 2000 + GRACE)
    assert "did not report its end" in found.detail


def test_beginning_late_does_not_earn_more_time() -> None:
    found = beat((1000, OK), (1000 + HOUR + 100, START), now=1000 + HOUR + GRACE)
    assert found.cause is Cause.MISSED


def test_the_very_first_start_is_a_sign_of_life() -> None:
    assert beat((1000, START), now=1001).status is Status.UP


def test_while_we_could_not_hear_it_is_unknown_and_not_missed() -> None:
    deadline = 1000 + HOUR + GRACE
    deaf = ((4000, 8000),)
    assert beat((1000, OK), now=deadline - 1, deaf=deaf).status is Status.UP
    lost = beat((1000, OK), now=deadline, deaf=deaf)
    assert (lost.cause, lost.since_ms) == (Cause.OBSERVER, deadline)
    assert beat((1000, OK), now=8000 + HOUR + GRACE - 1, deaf=deaf).cause is Cause.OBSERVER
    assert beat((1000, OK), now=8000 + HOUR + GRACE, deaf=deaf).cause is Cause.MISSED


def test_deaf_time_that_is_not_over_yet_lasts_until_now() -> None:
    assert beat((1000, OK), now=9000, deaf=((4000, 99_000),)).cause is Cause.OBSERVER


def test_deaf_time_before_the_last_ping_excuses_nothing() -> None:
    assert beat((1000, OK), now=1000 + HOUR + GRACE, deaf=((200, 900),)).cause is Cause.MISSED


def test_deaf_time_before_a_job_began_is_no_excuse_for_its_end() -> None:
    deaf = ((1500, 1900),)
    assert beat((1000, OK), (2000, START), now=2000 + GRACE, deaf=deaf).cause is Cause.MISSED


def test_deaf_time_after_the_deadline_excuses_nothing() -> None:
    assert beat((1000, OK), now=99_000, deaf=((50_000, 60_000),)).cause is Cause.MISSED
