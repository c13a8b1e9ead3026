"""An integration's timeline folded into buckets of time: one window, or every UTC day of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from core.availability import Bucket, Buckets
from core.merge import Piece

DAY_MS: Final = 86_400_000


def fold(pieces: Iterable[Piece], start_ms: int, end_ms: int) -> Buckets:
    """Time per bucket within [start, end). `pieces` do not overlap; what none of them covers is left out, not guessed."""
    totals: dict[Bucket, int] = {}
    for piece in pieces:
        ms = min(piece.end_ms, end_ms) - max(piece.start_ms, start_ms)
        if ms > 0:
            totals[piece.bucket] = totals.get(piece.bucket, 0) + ms
    return Buckets.of(totals)


def fold_steps(pieces: Iterable[Piece], step_ms: int = DAY_MS) -> dict[int, Buckets]:
    """Time per bucket of every UTC day (or hour: `step_ms`) touched, by the step's first instant; one pass."""
    totals: dict[int, dict[Bucket, int]] = {}
    for piece in pieces:
        at = piece.start_ms
        while at < piece.end_ms:
            step = at - at % step_ms
            until = min(step + step_ms, piece.end_ms)
            spent = totals.setdefault(step, {})
            spent[piece.bucket] = spent.get(piece.bucket, 0) + until - at
            at = until
    return {step: Buckets.of(spent) for step, spent in totals.items()}
