"""The timeline of an integration: its counting checks at their locations, incidents, verdicts and maintenance, laid over each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.availability import Bucket
from core.intervals import clip
from core.spans import Span
from core.sweep import Stretch, Track, sweep, worst

__all__ = ["Piece", "Stretch", "Track", "account", "merge", "worst"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an integration's time in one bucket."""

    start_ms: int
    end_ms: int
    bucket: Bucket


def merge(tracks: Sequence[Track], start_ms: int, end_ms: int) -> list[Span]:
    """The status of the integration over [start, end), without a hole: time in which nothing is known is a span too.

    The cause is that of the first track which has the status of the whole.
    """
    spans: list[Span] = []
    for begin, end, moment in sweep(tracks, (), (), (), start_ms, end_ms):
        status = moment.status
        cause = next((span.cause for span in moment.tracks if span is not None and span.status is status), None)
        if spans and spans[-1].status is status and spans[-1].cause is cause:
            begin = spans.pop().start_ms
        spans.append(Span(begin, end, status, cause))
    return spans


def account(
    tracks: Sequence[Track],
    start_ms: int,
    end_ms: int,
    *,
    stretches: Iterable[Stretch] = (),
    incidents: Iterable[Sequence[int]] = (),
    maintenance: Iterable[Sequence[int]] = (),
) -> list[Piece]:
    """The time of the integration over [start, end) in buckets, without a hole; as long to make as its input is to sort.

    `incidents` and `maintenance` are (start, end) pairs in ms.
    """
    pieces: list[Piece] = []
    covered = clip(incidents, start_ms, end_ms), clip(maintenance, start_ms, end_ms)
    for begin, end, moment in sweep(tracks, stretches, *covered, start_ms, end_ms):
        bucket = moment.bucket
        if pieces and pieces[-1].bucket is bucket:
            begin = pieces.pop().start_ms
        pieces.append(Piece(begin, end, bucket))
    return pieces
