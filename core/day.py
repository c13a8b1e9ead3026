"""An integration's timeline folded into buckets of time."""

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
