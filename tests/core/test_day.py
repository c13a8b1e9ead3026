"""A timeline folded into buckets."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.availability import Bucket, Buckets
from core.day import fold
from core.merge import Piece


def test_a_window_takes_only_what_lies_in_it() -> None:
    pieces = [Piece(0, 100, Bucket.UP), Piece(100, 130, Bucket.THEIRS), Piece(130, 200, Bucket.UP)]
    assert fold(pieces, 50, 140) == Buckets(up_ms=60, theirs_ms=30)


@st.composite
def timelines(draw: st.DrawFn) -> list[Piece]:
    cuts = sorted(draw(st.sets(st.integers(0, 500), min_size=2, max_size=20)))
    return [Piece(a, b, draw(st.sampled_from(list(Bucket)))) for a, b in pairwise(cuts)]


@given(timelines(), st.integers(0, 500))
def test_two_windows_add_up_to_the_whole(pieces: list[Piece], cut: int) -> None:
    assert fold(pieces, 0, cut) + fold(pieces, cut, 500) == fold(pieces, 0, 500)
