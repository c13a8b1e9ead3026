"""Stretches of time in one status, made from single results: where each begins, and how long its last result still speaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.health import Cause, Status
from core.ledger import SpanRow


class Edges(StrEnum):
    """Where the edge between two statuses lies."""

    MIDPOINT = "midpoint"  # midway between the two results
    HOLD = "hold"  # the earlier status holds until the next result


@dataclass(frozen=True, slots=True)
class Sample:
    """One result as accounting sees it: the instant it speaks for, and how long it may speak when nothing follows."""

    edge_ms: int
    status: Status
    cause: Cause | None
    hold_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch in one status with one cause. Time between spans is unknown."""

    start_ms: int
    end_ms: int
    status: Status
    cause: Cause | None = None


def hold(gap_ms: int) -> int:
    """How long a result speaks: 2.5 of the gap planned when it was taken."""
    return gap_ms * 5 // 2


def edge_between(earlier_ms: int, hold_ms: int, later_ms: int, edges: Edges = Edges.MIDPOINT) -> tuple[int, int]:
    """Where the earlier stretch ends and the later begins, given the instants of the two results and the earlier one's hold.

    Both are the same instant unless the results are further apart than `hold_ms`; what lies between is then unknown.
    """
    if later_ms - earlier_ms > hold_ms:
        return earlier_ms + hold_ms, later_ms
    edge = later_ms if edges is Edges.HOLD else (earlier_ms + later_ms) // 2
    return edge, edge


def spans_of(samples: Iterable[Sample], edges: Edges = Edges.MIDPOINT, until_ms: int | None = None) -> list[Span]:
    """The spans of one check at one location. `samples` in order of their instants; the last one holds, up to `until_ms`.

    Of several samples at one instant the last one counts.
    """
    spans: list[Span] = []
    start, last = 0, None
    for sample in samples:
        if last is None:
            start = sample.edge_ms
        else:
            end, begin = edge_between(last.edge_ms, last.hold_ms, sample.edge_ms, edges)
            if end != begin or (last.status, last.cause) != (sample.status, sample.cause):
                _append(spans, start, end, last)
                start = begin
        last = sample
    if last is not None:
        end = last.edge_ms + last.hold_ms
        _append(spans, start, end if until_ms is None else min(end, until_ms), last)
    return spans


def read_span(row: SpanRow, newest_ms: int, now_ms: int) -> Span:
    """A stored span as it is now: an open one reaches 2.5 gaps beyond its newest result (`newest_ms`), but not past now."""
    end = row.end_ms if row.end_ms is not None else min(now_ms, max(newest_ms, row.start_ms) + hold(row.gap_ms))
    return Span(row.start_ms, max(end, row.start_ms), row.status, row.cause)


def _append(spans: list[Span], start_ms: int, end_ms: int, sample: Sample) -> None:
    if end_ms > start_ms:
        spans.append(Span(start_ms, end_ms, sample.status, sample.cause))
