"""A timeline folded into buckets: one window, or day by day."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.availability import Bucket, Buckets
from core.day import DAY_MS, fold, fold_steps
from core.merge import Piece


def test_a_window_takes_only_what_lies_in_it() -> None:
    pieces = [Piece(0, 100, Bucket.UP), Piece(100, 130, Bucket.THEIRS), Piece(130, 200, Bucket.UP)]
    assert fold(pieces, 50, 140) == Buckets(up_ms=60, theirs_ms=30)


def test_a_piece_over_midnight_belongs_to_both_days() -> None:
    days = fold_steps([Piece(DAY_MS - 5, DAY_MS + 7, Bucket.OURS)])
    assert days == {0: Buckets(ours_ms=5), DAY_MS: Buckets(ours_ms=7)}


def test_days_before_1970_begin_at_midnight_too() -> None:
    assert fold_steps([Piece(-5, 5, Bucket.UP)]) == {-DAY_MS: Buckets(up_ms=5), 0: Buckets(up_ms=5)}


def test_hours_are_folded_by_the_same_function() -> None:
    assert fold_steps([Piece(0, 5_400_000, Bucket.UP)], 3_600_000) == {0: Buckets(up_ms=3_600_000), 3_600_000: Buckets(up_ms=1_800_000)}


@st.composite
def timelines(draw: st.DrawFn) -> list[Piece]:
    cuts = sorted(draw(st.sets(st.integers(0, 500), min_size=2, max_size=20)))
    return [Piece(a, b, draw(st.sampled_from(list(Bucket)))) for a, b in pairwise(cuts)]


@given(timelines(), st.integers(1, 60))
def test_the_steps_add_up_to_the_whole(pieces: list[Piece], step: int) -> None:
    total = sum(fold_steps(pieces, step).values(), Buckets())
    assert total == fold(pieces, 0, 500)


@given(timelines(), st.integers(1, 60))
def test_every_step_is_its_window_folded(pieces: list[Piece], step: int) -> None:
    for start, buckets in fold_steps(pieces, step).items():
        assert buckets == fold(pieces, start, start + step)
