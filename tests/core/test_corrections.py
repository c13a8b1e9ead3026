"""Corrections lie over what was measured: the later over the earlier, and nothing beyond their range changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.availability import Bucket, Buckets
from core.corrections import corrected, effects, standing
from core.day import fold
from core.health import Cause, Status
from core.ledger import CorrectionRow, CountsAs, SpanRow, VerdictRow
from core.merge import Piece
from core.plan import CheckPlan, IntegrationPlan
from core.reading import Reading, pieces
from core.verdict import Confidence, Party, Verdict

API, LOGIN, PAGE, LOCAL = 1, 2, 3, 1
END = 1_000
DOWN = (Bucket.THEIRS, Bucket.OURS, Bucket.PATH, Bucket.UNSURE)


def row(start: int, end: int, bucket: CountsAs | None = None, party: Party | None = None, **other: object) -> CorrectionRow:
    return CorrectionRow(1, start, end, "known better", "Ada", made_ms=5_000, bucket=bucket, party=party, **other)  # type: ignore[arg-type]


def up(*changes: tuple[int, int, Bucket]) -> list[Piece]:
    """Up from 0 to END, but for `changes`."""
    found, at = [], 0
    for start, end, bucket in (*changes, (END, END, Bucket.UP)):
        found += [Piece(at, start, Bucket.UP)] if at < start else []
        found += [Piece(start, end, bucket)] if start < end else []
        at = end
    return found


@pytest.mark.parametrize(
    ("measured", "bucket", "party", "expected"),
    [
        (Bucket.THEIRS, CountsAs.UP, None, Bucket.UP),
        (Bucket.UNKNOWN, CountsAs.UP, None, Bucket.UP),
        (Bucket.UP, CountsAs.DEGRADED, None, Bucket.DEGRADED),
        (Bucket.THEIRS, CountsAs.MAINTENANCE, None, Bucket.MAINTENANCE),
        (Bucket.MAINTENANCE, CountsAs.UNKNOWN, None, Bucket.UNKNOWN),
        (Bucket.UP, CountsAs.DOWN, None, Bucket.UNSURE),
        (Bucket.UP, CountsAs.DOWN, Party.THEIRS, Bucket.THEIRS),
        (Bucket.OURS, CountsAs.DOWN, None, Bucket.OURS),
        (Bucket.SHORT, CountsAs.DOWN, Party.PATH, Bucket.PATH),
        (Bucket.THEIRS, None, Party.OURS, Bucket.OURS),
        (Bucket.OURS, None, Party.UNKNOWN, Bucket.UNSURE),
        (Bucket.SHORT, None, Party.OURS, Bucket.SHORT_OURS),
        (Bucket.SHORT_OURS, None, Party.THEIRS, Bucket.SHORT),
        (Bucket.UP, None, Party.THEIRS, Bucket.UP),
        (Bucket.UNKNOWN, None, Party.THEIRS, Bucket.UNKNOWN),
        (Bucket.MAINTENANCE, None, Party.THEIRS, Bucket.MAINTENANCE),
    ],
)
def test_what_a_stretch_counts_as(measured: Bucket, bucket: CountsAs | None, party: Party | None, expected: Bucket) -> None:
    [piece] = corrected([Piece(0, END, measured)], [row(0, END, bucket, party)])
    assert piece == Piece(0, END, expected)


def test_only_its_range_is_corrected_and_neighbours_are_joined() -> None:
    found = corrected(up((100, 300, Bucket.THEIRS)), [row(200, 400, CountsAs.UP)])
    assert found == [Piece(0, 100, Bucket.UP), Piece(100, 200, Bucket.THEIRS), Piece(200, END, Bucket.UP)]


def test_nothing_is_added_where_nothing_was_watched() -> None:
    assert corrected([Piece(100, 200, Bucket.UP)], [row(0, END, CountsAs.DOWN)]) == [Piece(100, 200, Bucket.UNSURE)]


def test_the_later_lies_over_the_earlier() -> None:
    first, second = row(0, 600, CountsAs.DOWN, Party.OURS, id=1), row(300, 900, CountsAs.MAINTENANCE, id=2)
    found = corrected(up(), standing([second, first]))
    assert [(piece.start_ms, piece.bucket) for piece in found] == [
        (0, Bucket.OURS),
        (300, Bucket.MAINTENANCE),
        (900, Bucket.UP),
    ]


def test_what_was_replaced_or_withdrawn_no_longer_holds() -> None:
    first, second, third = row(0, 9, CountsAs.UP, id=1), row(0, 9, CountsAs.DOWN, id=2, replaces=1), row(0, 9, id=3, replaces=2)
    assert standing([first]) == [first]
    assert standing([first, second]) == [second]
    assert standing([first, second, third]) == []


def test_the_minutes_of_each_are_those_it_made_other_than_measured() -> None:
    measured = up((100, 300, Bucket.THEIRS), (600, 700, Bucket.THEIRS))
    rows = [row(0, 400, CountsAs.UP, id=1), row(650, 800, CountsAs.MAINTENANCE, id=2), row(600, 660, None, Party.OURS, id=3)]
    found = effects(measured, corrected(measured, rows), rows)
    assert [(one.id, ms) for one, ms in found] == [(1, 200), (3, 60), (2, 140)]


BUCKETS = st.sampled_from(list(Bucket))
RANGE = st.tuples(st.integers(0, 60), st.integers(0, 60)).filter(lambda pair: pair[0] < pair[1])
ROWS = st.lists(st.tuples(RANGE, st.one_of(st.none(), st.sampled_from(CountsAs)), st.one_of(st.none(), st.sampled_from(Party))), max_size=5)


@given(st.lists(BUCKETS, min_size=60, max_size=60), ROWS)
def test_laying_over_is_the_same_as_correcting_every_millisecond(moments: list[Bucket], given_rows: list[tuple]) -> None:  # type: ignore[type-arg]
    rows = [row(start, end, bucket, party, id=number) for number, ((start, end), bucket, party) in enumerate(given_rows, 1)]
    expected = list(moments)
    for one in rows:
        for at in range(one.start_ms, one.end_ms):
            [piece] = corrected([Piece(at, at + 1, expected[at])], [one])
            expected[at] = piece.bucket
    measured = [Piece(at, at + 1, bucket) for at, bucket in enumerate(moments)]
    found = corrected(measured, rows)
    assert [piece.bucket for piece in found for _ in range(piece.start_ms, piece.end_ms)] == expected
    assert all(one.end_ms == two.start_ms for one, two in pairwise(found))
    differing = sum(was is not is_now for was, is_now in zip(moments, expected, strict=True))
    assert sum(ms for _, ms in effects(measured, found, rows)) == differing


# Laid over what was read of an integration.


def reading(*rows: CorrectionRow, spans: tuple[SpanRow, ...] = (), verdicts: tuple[VerdictRow, ...] = (), **more: object) -> Reading:
    """API is down from 400 to 600, theirs and outside any incident; login and the page's check are up."""
    checks = tuple(
        CheckPlan(ident, 1, slug, slug, "http", counts=ident != PAGE) for ident, slug in ((API, "api"), (LOGIN, "login"), (PAGE, "page"))
    )
    seen = spans or (
        SpanRow(API, LOCAL, 0, 400, Status.UP, None, 60),
        SpanRow(API, LOCAL, 400, 600, Status.DOWN, Cause.TIMEOUT, 60),
        SpanRow(API, LOCAL, 600, END, Status.UP, None, 60),
        SpanRow(LOGIN, LOCAL, 0, END, Status.UP, None, 60),
        SpanRow(PAGE, LOCAL, 0, END, Status.UP, None, 60),
    )
    said = Verdict(13, Party.THEIRS, Confidence.MEDIUM, "")
    told = verdicts or (VerdictRow(API, LOCAL, 400, 600, Cause.TIMEOUT, said),)
    plan = IntegrationPlan(1, "stripe", "Stripe", "stripe", "Stripe", "payments", checks=checks)
    return Reading(plan, seen, {}, verdicts=told, corrections=rows, **more)  # type: ignore[arg-type]


def spent(found: Reading, only: int | None = None) -> Buckets:
    return fold(pieces(found, 0, END, END, only=only), 0, END)


def test_a_whole_integration_is_corrected_with_every_check_that_counts() -> None:
    found = reading(row(300, 500, CountsAs.MAINTENANCE))
    assert spent(found) == Buckets(up_ms=700, short_ms=100, maintenance_ms=200)
    assert spent(found, API) == Buckets(up_ms=700, short_ms=100, maintenance_ms=200)
    assert spent(found, PAGE) == Buckets(up_ms=END)


def test_one_check_is_corrected_and_the_others_still_count() -> None:
    assert spent(reading(row(0, END, CountsAs.UP, check=API))) == Buckets(up_ms=END)
    assert spent(reading(row(0, END, CountsAs.UP, check=LOGIN))) == Buckets(up_ms=800, short_ms=200)
    unknown = reading(row(500, 700, CountsAs.UNKNOWN, check=API))
    assert spent(unknown) == Buckets(up_ms=700, short_ms=100, unknown_ms=200)


def test_a_check_that_is_said_to_have_been_down_was_in_an_incident() -> None:
    found = reading(row(450, 700, CountsAs.DOWN, Party.OURS, check=API))
    assert spent(found) == Buckets(up_ms=700, short_ms=50, ours_ms=250)
    assert spent(found, LOGIN) == Buckets(up_ms=END)


def test_the_party_of_one_check_goes_back_to_what_was_judged_where_its_correction_ends() -> None:
    found = reading(row(450, 500, None, Party.OURS, check=API))
    assert spent(found) == Buckets(up_ms=800, short_ms=150, short_ours_ms=50)


def test_a_correction_lies_over_maintenance_too() -> None:
    window = (0, END)
    assert spent(reading(row(100, 200, CountsAs.UP), maintenance=[window])) == Buckets(up_ms=100, maintenance_ms=900)


def test_a_check_without_results_is_not_made_to_take_part() -> None:
    found = reading(row(0, END, CountsAs.DOWN, check=API))
    late = replace(found, first_ms={(API, LOCAL): 800, (LOGIN, LOCAL): 0})
    assert spent(late) == Buckets(up_ms=800, unsure_ms=200)
