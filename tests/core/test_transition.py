"""Runs of results: what opens, what closes, what neither counts nor resets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.transition import CLOSED, Change, Machine, Thresholds, changes, count

THREE_TWO = Thresholds(3, 2)
STATUSES = st.sampled_from(["up", "degraded", "down", "unknown", "maintenance"])


def run(*statuses: str, stale_ms: int | None = None, every_ms: int = 60) -> Machine:
    machine = CLOSED
    for number, status in enumerate(statuses):
        machine = count(machine, status == "up", THREE_TWO, number * every_ms, stale_ms=stale_ms)
    return machine


def test_three_failures_in_a_row_open() -> None:
    assert not run("up", "down", "down").open
    assert run("up", "down", "down", "down").open


def test_one_success_starts_the_count_anew() -> None:
    assert not run("down", "down", "up", "down", "down").open


def test_two_successes_in_a_row_close() -> None:
    assert run("down", "down", "down", "up", "down", "up").open
    assert not run("down", "down", "down", "up", "up").open


def test_the_edges_are_those_of_the_run_that_opened_and_of_the_one_that_closed() -> None:
    machine = run("down", "up", "down", "down", "down", "up", "down", "up", "up")
    assert (machine.bad_edge_ms, machine.good_edge_ms) == (120, 420)


def test_a_run_whose_last_counted_result_is_too_old_starts_anew() -> None:
    machine = count(run("down", "down"), False, THREE_TWO, 1_000, stale_ms=600)
    assert (machine.open, machine.bad, machine.bad_edge_ms) == (False, 1, 1_000)
    assert count(run("down", "down"), False, THREE_TWO, 660, stale_ms=600).open


def test_an_open_state_does_not_grow_stale() -> None:
    assert count(run("down", "down", "down"), True, THREE_TWO, 9_000, stale_ms=600).open


@pytest.mark.parametrize(
    ("statuses", "settled"),
    [((), True), (("down",), False), (("down", "up"), True), (("down",) * 3, True), (("down",) * 3 + ("up",), False)],
)
def test_a_state_is_settled_while_no_run_is_under_way(statuses: tuple[str, ...], settled: bool) -> None:
    assert run(*statuses).settled is settled


def test_unknown_and_maintenance_neither_count_nor_reset() -> None:
    samples = [(0, "down"), (1, "unknown"), (2, "down"), (3, "maintenance"), (4, "down"), (5, "up"), (6, "unknown"), (7, "up")]
    assert changes(samples, THREE_TWO) == [(4, Change.DOWN), (7, Change.RECOVERED)]


def test_degraded_is_a_success() -> None:
    assert changes([(0, "down"), (1, "down"), (2, "degraded"), (3, "down")], THREE_TWO) == []


def test_reminders_come_with_failures_and_count_from_the_last_word() -> None:
    samples = [(at, "down") for at in range(0, 700, 70)]
    said = changes(samples, Thresholds(1, 1), remind_every=200)
    assert said == [(0, Change.DOWN), (210, Change.REMINDER), (420, Change.REMINDER), (630, Change.REMINDER)]


def test_a_success_while_down_is_no_reminder() -> None:
    samples = [(0, "down"), (300, "up"), (310, "down"), (900, "unknown")]
    assert changes(samples, Thresholds(1, 2), remind_every=300) == [(0, Change.DOWN), (310, Change.REMINDER)]


@given(st.lists(STATUSES, max_size=60), st.integers(1, 5), st.integers(1, 5))
def test_down_and_recovered_alternate_and_each_has_its_run(statuses: list[str], fail: int, close: int) -> None:
    said = changes(list(enumerate(statuses)), Thresholds(fail, close))
    assert [change for _, change in said] == [Change.DOWN, Change.RECOVERED] * (len(said) // 2) + [Change.DOWN] * (len(said) % 2)
    for at, change in said:
        counted = [status == "down" for status in statuses[: at + 1] if status not in ("unknown", "maintenance")]
        wanted, length = (True, fail) if change is Change.DOWN else (False, close)
        assert counted[-length:] == [wanted] * length


@given(st.lists(STATUSES, max_size=40))
def test_what_is_not_counted_changes_nothing(statuses: list[str]) -> None:
    counted = [(at, status) for at, status in enumerate(statuses) if status not in ("unknown", "maintenance")]
    assert changes(list(enumerate(statuses)), THREE_TWO) == changes(counted, THREE_TWO)
