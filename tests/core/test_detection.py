"""The detection guarantee, against every phase an outage can have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.detection import guarantee, runs_per_day


def test_the_sentence_of_the_default_schedule() -> None:
    said = guarantee(60_000, 20_000, 3, 10_000, canary=5_000).sentence
    assert said == "Every outage of 100 s or more is found, at most 115 s after it starts."


def test_long_intervals_are_said_in_hours() -> None:
    assert guarantee(3_600_000, 60_000, 1, 10_000).sentence == "Every outage of 1h or more is found, at most 1h10s after it starts."


def test_a_check_a_minute_runs_1440_times_a_day() -> None:
    assert runs_per_day(60_000) == 1440


def declared(interval: int, retry: int, threshold: int, timeout: int, onset: int, length: int, slow: bool) -> int | None:
    """Seconds from onset until `threshold` runs in a row have failed; the schedule played step by step."""
    start, failures, retrying = 0, 0, False
    while start < onset + length + 2 * interval:
        if onset <= start < onset + length:
            failures += 1
            if failures == threshold:
                return start + (timeout if slow else 0) - onset
            start, retrying = start + retry, True
        else:
            failures = 0
            start = (start // interval + 1) * interval if retrying else start + interval
            retrying = False
    return None


schedules = st.tuples(st.integers(2, 12), st.integers(1, 6), st.integers(1, 4)).flatmap(
    lambda s: st.tuples(st.just(s[0]), st.just(min(s[1], s[0])), st.just(s[2]), st.integers(1, min(s[1], s[0])))
)


@given(schedules)
def test_every_outage_that_is_long_enough_is_found_in_time(schedule: tuple[int, int, int, int]) -> None:
    interval, retry, threshold, timeout = schedule
    promised = guarantee(interval, retry, threshold, timeout)
    for onset in range(1, interval + 1):
        found = declared(interval, retry, threshold, timeout, onset, promised.found, slow=True)
        assert found is not None
        assert found <= promised.latest


@given(schedules)
def test_the_guarantee_promises_no_more_than_it_must(schedule: tuple[int, int, int, int]) -> None:
    interval, retry, threshold, timeout = schedule
    promised = guarantee(interval, retry, threshold, timeout)
    delays = [declared(interval, retry, threshold, timeout, onset, 10 * promised.found, slow=False) for onset in range(1, interval + 1)]
    assert min(d for d in delays if d is not None) == promised.earliest
    short = [
        declared(interval, retry, threshold, timeout, onset, promised.invisible_below - 1, slow=True) for onset in range(1, interval + 1)
    ]
    assert threshold > 1 or None in short
