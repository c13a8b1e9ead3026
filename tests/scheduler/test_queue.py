"""What is due comes out once, in order, in stable phases."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scheduler.queue import COALESCE_MS, DueQueue, first_ms, next_regular_ms, phase_ms


def test_phases_are_stable_and_spread() -> None:
    phases = [phase_ms(f"vendor-{n}/api", 60_000) for n in range(1_000)]
    assert phases == [phase_ms(f"vendor-{n}/api", 60_000) for n in range(1_000)]
    seconds = [sum(1 for p in phases if p // 6_000 == tenth) for tenth in range(10)]
    assert min(seconds) > 60


def test_a_check_without_results_runs_within_five_seconds() -> None:
    assert all(0 <= first_ms(50_000, f"v{n}/api", 60_000, ever_ran=False) - 50_000 < 5_000 for n in range(100))


@given(st.integers(0, 10**13), st.integers(1_000, 86_400_000), st.data())
def test_the_next_regular_run_is_the_first_on_the_grid(now: int, interval: int, data: st.DataObject) -> None:
    phase = data.draw(st.integers(0, interval - 1))
    due = next_regular_ms(now, interval, phase)
    assert now < due <= now + interval
    assert due % interval == phase


def test_planning_again_replaces_the_instant() -> None:
    queue: DueQueue[str] = DueQueue()
    queue.plan("a", 100)
    queue.plan("a", 300)
    assert queue.take_due(200) == []
    assert queue.take_due(300) == [("a", 300)]
    assert queue.wake_ms(400) is None


def test_neighbours_wake_together() -> None:
    queue: DueQueue[str] = DueQueue()
    queue.plan("a", 101)
    queue.plan("b", 115)
    wake = queue.wake_ms(0)
    assert wake is not None
    assert wake % COALESCE_MS == 0
    assert [key for key, _ in queue.take_due(wake)] == ["a", "b"]


def test_a_dropped_key_never_comes_out() -> None:
    queue: DueQueue[str] = DueQueue()
    queue.plan("a", 1)
    queue.drop(["a"])
    assert queue.take_due(10) == []
    assert len(queue) == 0
