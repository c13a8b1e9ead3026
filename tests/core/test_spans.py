"""Spans: where a status begins and ends, and when we stop knowing."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.health import Cause, Status
from core.ledger import SpanRow
from core.spans import Edges, Sample, Span, edge_between, hold, read_span, spans_of

UP, DOWN = Status.UP, Status.DOWN


def at(edge: int, status: Status = UP, cause: Cause | None = None, keeps: int = 150) -> Sample:
    return Sample(edge, status, cause, keeps)


def test_a_result_speaks_for_two_and_a_half_planned_gaps() -> None:
    assert hold(60_000) == 150_000
    assert spans_of([at(1000, keeps=hold(60))]) == [Span(1000, 1150, UP)]


def test_the_edge_between_two_statuses_lies_midway() -> None:
    assert spans_of([at(0), at(60, DOWN, Cause.TIMEOUT)]) == [Span(0, 30, UP), Span(30, 210, DOWN, Cause.TIMEOUT)]


def test_hold_edges_keep_the_earlier_status_until_the_next_result() -> None:
    assert spans_of([at(0), at(60, DOWN)], Edges.HOLD) == [Span(0, 60, UP), Span(60, 210, DOWN)]


def test_exactly_two_and_a_half_gaps_apart_is_still_together() -> None:
    assert edge_between(0, 150, 150) == (75, 75)
    assert edge_between(0, 150, 151) == (150, 151)


def test_across_a_longer_gap_the_earlier_holds_and_the_later_begins_at_its_own_instant() -> None:
    assert spans_of([at(0), at(1000, DOWN)]) == [Span(0, 150, UP), Span(1000, 1150, DOWN)]


def test_the_same_status_across_a_longer_gap_is_two_spans() -> None:
    assert spans_of([at(0), at(1000)]) == [Span(0, 150, UP), Span(1000, 1150, UP)]


def test_another_cause_is_another_span_of_the_same_status() -> None:
    spans = spans_of([at(0, DOWN, Cause.DNS), at(60, DOWN, Cause.TIMEOUT)])
    assert spans == [Span(0, 30, DOWN, Cause.DNS), Span(30, 210, DOWN, Cause.TIMEOUT)]


def test_the_gap_that_counts_is_the_one_planned_when_the_earlier_result_was_taken() -> None:
    assert spans_of([at(0, keeps=50), at(100, keeps=1000)])[0] == Span(0, 50, UP)


def test_the_last_span_ends_now_when_now_comes_first() -> None:
    assert spans_of([at(0)], until_ms=40) == [Span(0, 40, UP)]
    assert spans_of([at(0)], until_ms=4000) == [Span(0, 150, UP)]


def test_of_two_results_at_one_instant_the_last_counts() -> None:
    assert spans_of([at(0), at(0, DOWN)]) == [Span(0, 150, DOWN)]


def test_no_result_is_no_span() -> None:
    assert spans_of([]) == []


def test_an_open_span_is_provisional() -> None:
    row = SpanRow(1, 1, 1000, None, UP, None, 60)
    assert read_span(row, newest_ms=1300, now_ms=9000) == Span(1000, 1450, UP)
    assert read_span(row, newest_ms=1300, now_ms=1320) == Span(1000, 1320, UP)


def test_a_closed_span_is_read_as_it_was_written() -> None:
    row = SpanRow(1, 1, 1000, 1200, DOWN, Cause.TLS, 60)
    assert read_span(row, newest_ms=5000, now_ms=9000) == Span(1000, 1200, DOWN, Cause.TLS)


def test_a_span_is_never_read_backwards() -> None:
    assert read_span(SpanRow(1, 1, 1000, None, UP, None, 60), newest_ms=900, now_ms=990) == Span(1000, 1000, UP)


runs = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([(UP, None), (DOWN, Cause.DNS), (DOWN, Cause.TLS), (Status.DEGRADED, Cause.SLOW)])),
    max_size=12,
).map(lambda steps: [(sum(step for step, _ in steps[: i + 1]), *what) for i, (_, what) in enumerate(steps)])


def status_at(instant: int, samples: list[Sample], edges: Edges) -> tuple[Status, Cause | None] | None:
    """The rule, looked up for one instant among all results: None is unknown."""
    before = [s for s in samples if s.edge_ms <= instant]
    after = [s for s in samples if s.edge_ms > instant]
    if not before:
        return None
    last = before[-1]
    within_reach = after and after[0].edge_ms - last.edge_ms <= last.hold_ms
    if within_reach and edges is Edges.MIDPOINT and instant >= (last.edge_ms + after[0].edge_ms) // 2:
        last = [s for s in after if s.edge_ms == after[0].edge_ms][-1]
        return last.status, last.cause
    return (last.status, last.cause) if within_reach or instant < last.edge_ms + last.hold_ms else None


@given(runs, st.integers(1, 60), st.sampled_from(list(Edges)))
def test_spans_say_of_every_instant_what_the_rule_says(run: list[tuple[int, Status, Cause | None]], keeps: int, edges: Edges) -> None:
    samples = [Sample(edge, status, cause, keeps) for edge, status, cause in run]
    spans = spans_of(samples, edges)
    for instant in range(-2, 620):
        inside = [(span.status, span.cause) for span in spans if span.start_ms <= instant < span.end_ms]
        expected = status_at(instant, samples, edges)
        assert inside == ([expected] if expected else []), instant


@given(runs, st.integers(1, 60))
def test_spans_are_in_order_and_neighbours_differ_or_stand_apart(run: list[tuple[int, Status, Cause | None]], keeps: int) -> None:
    spans = spans_of([Sample(edge, status, cause, keeps) for edge, status, cause in run])
    for before, after in itertools.pairwise(spans):
        assert before.start_ms < before.end_ms <= after.start_ms
        assert before.end_ms < after.start_ms or (before.status, before.cause) != (after.status, after.cause)
