"""What people know better, laid over what was measured: another bucket or another party for a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from core.availability import DOWN, Bucket
from core.health import Status
from core.intervals import Interval, clip, difference, intersection, length, union
from core.ledger import CorrectionRow, CountsAs
from core.merge import Piece
from core.spans import Span
from core.sweep import CHARGED, Stretch, Track
from core.verdict import Party

_STATUS: Final = {CountsAs.UP: Status.UP, CountsAs.DEGRADED: Status.DEGRADED, CountsAs.DOWN: Status.DOWN, CountsAs.UNKNOWN: Status.UNKNOWN}


def standing(rows: Iterable[CorrectionRow]) -> list[CorrectionRow]:
    """Those that hold, in the order they were made: none that was replaced, none that only withdrew another."""
    every = list(rows)
    gone = {row.replaces for row in every}
    held = [row for row in every if (row.id is None or row.id not in gone) and (row.bucket or row.party)]
    return sorted(held, key=lambda row: (row.made_ms, row.id or 0))


def reach(row: CorrectionRow, every: Iterable[CorrectionRow]) -> Interval:
    """The stretch that is to be reckoned anew for a row: its own, and that of the one it replaces."""
    touched = [row, *(one for one in every if one.id is not None and one.id == row.replaces)]
    return min(one.start_ms for one in touched), max(one.end_ms for one in touched)


def corrected(pieces: Sequence[Piece], rows: Iterable[CorrectionRow]) -> list[Piece]:
    """The time of an integration with `rows` of the whole of it laid over, the later ones over the earlier.

    Only time that is in `pieces` is corrected: nothing is added before the first result or after now.
    """
    found = list(pieces)
    for row in rows:
        found = list(_joined(_laid(found, row)))
    return found


def effects(before: Sequence[Piece], after: Sequence[Piece], rows: Sequence[CorrectionRow]) -> list[tuple[CorrectionRow, int]]:
    """How many ms each row made other than measured, in order of time. Where two overlap it is the later one's doing."""
    left, found = _changed(before, after), []
    for row in reversed(rows):
        mine = clip([(row.start_ms, row.end_ms)], row.start_ms, row.end_ms)
        found.append((row, length(intersection(left, mine))))
        left = difference(left, mine)
    return sorted(found, key=lambda one: (one[0].start_ms, one[0].made_ms))


def corrected_tracks(tracks: Sequence[Track], rows: Iterable[CorrectionRow]) -> list[Track]:
    """The checks' own statuses with rows of single checks laid over, at all of their locations."""
    found = list(tracks)
    for row in rows:
        if row.check is not None and row.bucket in _STATUS:
            span = Span(row.start_ms, row.end_ms, _STATUS[row.bucket], None)
            found = [replace(track, spans=list(_over(track.spans, span))) if track.check == row.check else track for track in found]
    return found


def corrected_stretches(stretches: Iterable[Stretch], tracks: Sequence[Track], rows: Iterable[CorrectionRow]) -> list[Stretch]:
    """Whose trouble each check's was, with the party of rows of single checks laid over."""
    found = list(stretches)
    for row in rows:
        if row.check is not None and row.party is not None:
            rest = [part for stretch in found for part in (_without(stretch, row) if stretch.check == row.check else (stretch,))]
            mine = [Stretch(row.check, track.location, row.start_ms, row.end_ms, row.party) for track in tracks if track.check == row.check]
            found = rest + mine
    return found


def told_down(rows: Iterable[CorrectionRow]) -> list[Interval]:
    """Where a person says that a check was down: that is no failure too short to count."""
    return [(row.start_ms, row.end_ms) for row in rows if row.check is not None and row.bucket is CountsAs.DOWN]


def _laid(pieces: Iterable[Piece], row: CorrectionRow) -> Iterator[Piece]:
    for piece in pieces:
        start, end = max(piece.start_ms, row.start_ms), min(piece.end_ms, row.end_ms)
        if start >= end:
            yield piece
            continue
        if piece.start_ms < start:
            yield Piece(piece.start_ms, start, piece.bucket)
        yield Piece(start, end, _bucket(row, piece.bucket))
        if end < piece.end_ms:
            yield Piece(end, piece.end_ms, piece.bucket)


def _bucket(row: CorrectionRow, measured: Bucket) -> Bucket:
    """Down without a word of whose it was stays whose it was measured to be."""
    if row.bucket is None:
        return measured if row.party is None else _blamed(measured, row.party)
    if row.bucket is not CountsAs.DOWN:
        return Bucket(row.bucket.value)
    if row.party is not None:
        return CHARGED[row.party]
    return measured if measured in DOWN else Bucket.UNSURE


def _blamed(measured: Bucket, party: Party) -> Bucket:
    """Another party makes an incident of no short failure, and trouble of no good time."""
    if measured in (Bucket.SHORT, Bucket.SHORT_OURS):
        return Bucket.SHORT_OURS if party is Party.OURS else Bucket.SHORT
    return CHARGED[party] if measured in DOWN else measured


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours in one bucket are one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.bucket is piece.bucket and last.end_ms == piece.start_ms:
            last = Piece(last.start_ms, piece.end_ms, piece.bucket)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _over(spans: Sequence[Span], laid: Span) -> Iterator[Span]:
    """Spans in order with one laid over them."""
    yield from (replace(span, end_ms=min(span.end_ms, laid.start_ms)) for span in spans if span.start_ms < laid.start_ms)
    yield laid
    yield from (replace(span, start_ms=max(span.start_ms, laid.end_ms)) for span in spans if span.end_ms > laid.end_ms)


def _without(stretch: Stretch, row: CorrectionRow) -> Iterator[Stretch]:
    """What of a stretch lies outside of a row."""
    if stretch.start_ms < row.start_ms:
        end = row.start_ms if stretch.end_ms is None else min(stretch.end_ms, row.start_ms)
        yield replace(stretch, end_ms=end)
    if stretch.end_ms is None or stretch.end_ms > row.end_ms:
        yield replace(stretch, start_ms=max(stretch.start_ms, row.end_ms))


def _changed(before: Sequence[Piece], after: Sequence[Piece]) -> list[Interval]:
    """Where the two, which cover the same time, differ."""
    edges = sorted({edge for piece in (*before, *after) for edge in (piece.start_ms, piece.end_ms)})
    was, became = iter(before), iter(after)
    old, new = next(was, None), next(became, None)
    found: list[Interval] = []
    for start, end in pairwise(edges):
        while old is not None and old.end_ms <= start:
            old = next(was, None)
        while new is not None and new.end_ms <= start:
            new = next(became, None)
        if old is not None and new is not None and old.bucket is not new.bucket:
            found.append((start, end))
    return union(found)
