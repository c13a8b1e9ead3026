"""One check at one place: its spans, what is shown of it, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.health import Cause, Outcome, ProbeResult, Status
from core.ledger import SpanRow
from core.line import NEW, Line, gap_after, step, went_silent
from core.plan import CheckPlan
from core.remembered import line_of, state_row
from core.spans import Sample, hold, read_span, spans_of

CHECK = CheckPlan(1, 1, "api", "API", "http", counts=True)
KEY = (1, 1)


def result(at_s: float, cause: Cause | None = None, *, late_ms: int = 0, retry_after_s: float | None = None) -> ProbeResult:
    return ProbeResult(1, 1, int(at_s * 1000), late_ms, cause, 100_000, outcome=Outcome(cause, retry_after_s=retry_after_s))


def watch(results: list[ProbeResult], check: CheckPlan = CHECK, *, counts: bool = True) -> tuple[Line, list[SpanRow]]:
    line, seen = NEW, None
    rows: dict[int, SpanRow] = {}
    for one in results:
        taken = step(line, check, one, seen, counts=counts)
        rows |= {row.start_ms: row for row in taken.spans}
        line, seen = taken.line, one.edge_ms
    return line, list(rows.values())


def causes(*pairs: tuple[float, Cause | None]) -> list[ProbeResult]:
    return [result(at, cause) for at, cause in pairs]


def test_a_change_lies_midway_between_the_two_results() -> None:
    _, rows = watch(causes((60, None), (120, Cause.TIMEOUT)))
    assert [(row.start_ms, row.end_ms, row.cause) for row in rows] == [(60_000, 90_000, None), (90_000, None, Cause.TIMEOUT)]


def test_lateness_moves_the_edge() -> None:
    _, rows = watch([result(60), result(120, Cause.TIMEOUT, late_ms=2_000)])
    assert rows[0].end_ms == 91_000


def test_after_a_long_gap_the_earlier_status_holds_two_and_a_half_gaps_and_then_nothing_is_known() -> None:
    _, rows = watch(causes((0, None), (600, None)))
    assert [(row.start_ms, row.end_ms) for row in rows] == [(0, 150_000), (600_000, None)]


def test_a_steady_state_writes_no_row() -> None:
    _, rows = watch(causes((0, None), (60, None), (120, None)))
    assert len(rows) == 1


def test_a_planned_gap_that_changes_is_written_because_readers_reckon_with_it() -> None:
    _, rows = watch(causes((0, Cause.TIMEOUT), (20, Cause.TIMEOUT), (40, Cause.TIMEOUT)))
    assert [row.gap_ms for row in rows] == [60_000]


def test_a_failure_is_shown_when_it_is_confirmed_and_dated_from_its_first_edge() -> None:
    line, _ = watch(causes((0, None), (60, Cause.TIMEOUT), (80, Cause.TIMEOUT)))
    assert (line.status, line.down.bad, state_row(KEY, line).failing) == (Status.UP, 2, 2)
    line, _ = watch(causes((0, None), (60, Cause.TIMEOUT), (80, Cause.TIMEOUT), (100, Cause.TIMEOUT)))
    assert (line.status, line.since_ms, state_row(KEY, line).failing) == (Status.DOWN, 30_000, 0)


def test_what_was_never_seen_working_is_not_called_up() -> None:
    line, _ = watch(causes((0, Cause.TIMEOUT)))
    assert line.status is Status.UNKNOWN


def test_an_unknown_result_is_shown_at_once_and_moves_no_machine() -> None:
    line, _ = watch(causes((0, None), (60, Cause.TIMEOUT), (80, Cause.OBSERVER)))
    assert (line.status, line.down.bad) == (Status.UNKNOWN, 1)


def test_recovery_is_dated_from_the_first_good_answer() -> None:
    down = [(at, Cause.TIMEOUT) for at in (60, 80, 100)]
    line, _ = watch(causes((0, None), *down, (160, None), (180, None)))
    assert (line.status, line.since_ms) == (Status.UP, 130_000)


def test_slow_answers_have_a_machine_of_their_own_in_which_down_does_not_count() -> None:
    slow = [(at * 20.0, Cause.SLOW) for at in range(1, 5)]
    line, _ = watch(causes((0, None), *slow, (100, Cause.TIMEOUT), (120, Cause.SLOW)))
    assert (line.status, line.slow.open, line.down.open) == (Status.DEGRADED, True, False)


UNFIT = "unfit"


def timed(*answers: Cause | str | None) -> list[ProbeResult]:
    """One every 20 s; UNFIT is a good answer whose time our own lag spoilt."""
    return [
        replace(result(20 * number, None if answer == UNFIT else Cause(answer) if answer else None), fit=answer != UNFIT)
        for number, answer in enumerate(answers)
    ]


SLOW, TIMEOUT = Cause.SLOW, Cause.TIMEOUT


@pytest.mark.parametrize(
    ("answers", "bad", "opened", "shown"),
    [
        ((None, SLOW, SLOW, UNFIT, SLOW, SLOW), 4, False, Status.UP),
        ((None, SLOW, SLOW, UNFIT, SLOW, SLOW, UNFIT, SLOW), 5, True, Status.DEGRADED),
        ((None, SLOW, SLOW, SLOW, SLOW, None, SLOW), 1, False, Status.UP),
        ((None, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT, UNFIT), 0, False, Status.UP),
    ],
)
def test_an_answer_that_our_own_lag_spoilt_neither_counts_as_slow_nor_ends_a_run_of_slow_ones(
    answers: tuple[Cause | str | None, ...], bad: int, opened: bool, shown: Status
) -> None:
    line, _ = watch(timed(*answers))
    assert (line.slow.bad, line.slow.open, line.status) == (bad, opened, shown)


@pytest.mark.parametrize(
    ("answers", "good", "opened"),
    [
        ((UNFIT, UNFIT, UNFIT, UNFIT), 0, True),
        ((None, UNFIT, None), 2, True),
        ((None, UNFIT, None, UNFIT, None), 3, False),
        ((None, None, UNFIT, SLOW), 0, True),
    ],
)
def test_nor_does_it_say_that_the_vendor_is_fast_again(answers: tuple[Cause | str | None, ...], good: int, opened: bool) -> None:
    line, _ = watch(timed(None, SLOW, SLOW, SLOW, SLOW, SLOW, *answers))
    assert (line.slow.good, line.slow.open) == (good, opened)


def test_it_is_a_success_all_the_same_for_the_machine_of_failures() -> None:
    line, rows = watch(timed(None, TIMEOUT, TIMEOUT, TIMEOUT, UNFIT, UNFIT))
    assert not line.down.open
    assert [row.cause for row in rows] == [None, TIMEOUT, None]
    assert watch(timed(None, TIMEOUT, TIMEOUT, UNFIT))[0].down.bad == 0


def test_it_settles_nothing_that_is_in_doubt_about_speed() -> None:
    line, _ = watch(timed(None, SLOW, SLOW, UNFIT))
    assert (line.settled, line.calm, line.gap_ms) == (False, False, 20_000)
    assert watch(timed(None, UNFIT))[0].calm


def test_slow_is_a_success_for_the_machine_of_failures() -> None:
    down = [(at, Cause.TIMEOUT) for at in (60, 80, 100)]
    line, _ = watch(causes((0, None), *down, (160, Cause.SLOW), (180, Cause.SLOW)))
    assert not line.down.open


def test_k_unknowns_of_our_own_making_are_counted_apart() -> None:
    line, _ = watch(causes((0, Cause.CONFIG), (20, Cause.CONFIG), (40, Cause.CONFIG)))
    assert (line.own.open, line.down.open) == (True, False)
    line, _ = watch(causes((0, Cause.OBSERVER), (20, Cause.OBSERVER), (40, Cause.OBSERVER)))
    assert not line.own.open


def test_what_is_not_counted_makes_spans_all_the_same() -> None:
    line, rows = watch(causes((0, None), (60, Cause.TIMEOUT), (80, Cause.TIMEOUT), (100, Cause.TIMEOUT)), counts=False)
    assert line.down.bad == 0
    assert [row.cause for row in rows] == [None, Cause.TIMEOUT]


def test_a_check_is_asked_fast_until_its_state_is_settled() -> None:
    gaps = []
    line, seen = NEW, None
    sequence: list[tuple[float, Cause | None]] = [(0, None), (60, Cause.TIMEOUT), (80, Cause.TIMEOUT), (100, Cause.TIMEOUT)]
    for one in causes(*sequence, (160, None), (180, None)):
        line, seen = step(line, CHECK, one, seen, counts=True).line, one.edge_ms
        gaps.append(line.gap_ms // 1000)
    assert gaps == [60, 20, 20, 60, 20, 60]


@pytest.mark.parametrize(
    ("cause", "settled", "asked_s", "gap_s"),
    [
        (Cause.QUOTA, False, 3_600, 3_600.1),
        (Cause.QUOTA, True, 3_600, 3_600.1),
        (Cause.QUOTA, False, 5, 20.001),
        (Cause.QUOTA, True, 45, 60.001),
        (Cause.SERVER_ERROR, False, 30, 30.1),
        (Cause.SERVER_ERROR, False, 3_600, 60),
        (Cause.SERVER_ERROR, True, 3_600, 60),
        (Cause.TIMEOUT, False, 3_600, 20),
        (Cause.QUOTA, False, -1, 20),
        (Cause.QUOTA, False, 1e12, 31 * 86_400.0 + 0.1),
        (None, True, 3_600, 60),
    ],
)
def test_retry_after_is_obeyed_in_full_for_a_quota_and_by_one_interval_after_a_server_error(
    cause: Cause | None, settled: bool, asked_s: float, gap_s: float
) -> None:
    """From the answer on, which took a tenth of a second; and never drawn back to an earlier regular turn."""
    assert gap_after(settled, CHECK, result(0, cause, retry_after_s=asked_s)) == round(gap_s * 1000)


def test_a_slow_answer_is_not_the_last_good_one() -> None:
    line, _ = watch(
        causes((0, None), (60, Cause.CONNECT), (80, None), (140, None), (200, Cause.SLOW), (260, Cause.SLOW), (320, Cause.TIMEOUT))
    )
    assert line.last_good_ms == 140_000


def test_something_that_calls_us_is_never_asked_again_and_may_be_late_by_its_grace() -> None:
    job = replace(CHECK, kind="heartbeat", interval_ms=3_600_000, grace_ms=300_000, fail_after=1)
    line, _ = watch(causes((0, None), (3_900, Cause.MISSED), (4_000, None)), job)
    assert line.gap_ms == 3_900_000


def test_the_status_holds_until_the_run_the_vendor_asked_to_wait_for() -> None:
    line, rows = watch([result(0), result(60, Cause.QUOTA, retry_after_s=3_600), result(3_660, Cause.QUOTA)])
    assert [(row.start_ms, row.end_ms) for row in rows] == [(0, 30_000), (30_000, None)]
    assert went_silent(line, 3_660_000, 3_661_000) is None


def test_a_line_whose_newest_result_speaks_no_more_is_unknown_from_there() -> None:
    line, _ = watch(causes((0, None)))
    assert went_silent(line, 0, 150_000) is None
    silent = went_silent(line, 0, 150_001)
    assert silent is not None
    assert (silent.status, silent.since_ms) == (Status.UNKNOWN, 150_000)


def test_only_a_line_with_nothing_in_doubt_is_calm() -> None:
    assert watch(causes((0, None)))[0].calm
    for cause in (Cause.SLOW, Cause.TIMEOUT, Cause.CONFIG, Cause.OBSERVER):
        assert not watch(causes((0, None), (60, cause)))[0].calm
        assert watch(causes((0, None), (60, cause), (80, None)))[0].calm is True
    assert not watch(causes((0, None)), replace(CHECK, configured_at_ms=1))[0].calm


CAUSES = st.sampled_from([None, None, None, Cause.TIMEOUT, Cause.SLOW, Cause.SERVER_ERROR, Cause.OBSERVER, Cause.CONFIG])
RUNS = st.lists(st.tuples(st.integers(1, 400_000), CAUSES, st.integers(0, 5_000)), min_size=1, max_size=40)


def results_of(runs: list[tuple[int, Cause | None, int]]) -> list[ProbeResult]:
    at, made = 0, []
    for gap, cause, late in runs:
        at += gap + 5_000
        made.append(ProbeResult(1, 1, at, late, cause, 100_000))
    return made


@given(RUNS)
def test_the_rows_are_the_spans_that_accounting_reckons(runs: list[tuple[int, Cause | None, int]]) -> None:
    results = results_of(runs)
    line, seen, samples = NEW, None, []
    rows: dict[int, SpanRow] = {}
    for one in results:
        taken = step(line, CHECK, one, seen, counts=True)
        rows |= {row.start_ms: row for row in taken.spans}
        line, seen = taken.line, one.edge_ms
        samples.append(Sample(one.edge_ms, one.status, one.cause, hold(line.gap_ms)))
    now = results[-1].edge_ms
    read = [read_span(row, now, now) for row in rows.values()]
    assert [span for span in read if span.end_ms > span.start_ms] == spans_of(samples, until_ms=now)


@given(RUNS)
def test_spans_never_overlap_and_none_is_negative(runs: list[tuple[int, Cause | None, int]]) -> None:
    _, rows = watch(results_of(runs))
    for row, after in pairwise(rows):
        assert row.end_ms is not None
        assert row.start_ms < row.end_ms <= after.start_ms
    assert rows[-1].end_ms is None


@given(RUNS)
def test_a_line_that_was_written_down_is_read_again_as_it_was(runs: list[tuple[int, Cause | None, int]]) -> None:
    line, _ = watch(results_of(runs))
    assert line_of(state_row(KEY, line), CHECK) == line
