"""The timeline of an integration: checks, locations, incidents, verdicts and maintenance over each other."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.availability import Bucket
from core.health import Cause, Status
from core.merge import Piece, Stretch, Track, account, merge, worst
from core.quorum import decide
from core.spans import Span
from core.verdict import Party

UP, SLOW, DOWN, UNKNOWN = Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN


def track(*spans: tuple[int, int, Status], check: int = 1, location: int = 1, since: int | None = None, until: int | None = None) -> Track:
    return Track(check, location, [Span(*span) for span in spans], since, until)


def buckets(pieces: list[Piece]) -> list[tuple[int, int, str]]:
    return [(piece.start_ms, piece.end_ms, piece.bucket.value) for piece in pieces]


def test_the_worst_check_speaks_for_the_integration() -> None:
    assert [worst([UP, SLOW]), worst([SLOW, UNKNOWN]), worst([UNKNOWN, DOWN]), worst([])] == [SLOW, UNKNOWN, DOWN, UNKNOWN]


def test_time_without_a_span_is_unknown() -> None:
    assert merge([track((10, 20, UP))], 0, 30) == [Span(0, 10, UNKNOWN), Span(10, 20, UP), Span(20, 30, UNKNOWN)]


def test_an_integration_without_a_check_is_unknown() -> None:
    assert buckets(account([], 0, 10)) == [(0, 10, "unknown")]


def test_the_cause_is_that_of_the_check_that_decides() -> None:
    failing = Track(2, 1, [Span(0, 10, DOWN, Cause.AUTH)])
    assert merge([track((0, 10, UP)), failing], 0, 10) == [Span(0, 10, DOWN, Cause.AUTH)]


def test_a_check_has_no_vote_before_its_first_result_nor_after_its_removal() -> None:
    late = track((20, 30, DOWN), check=2, since=20, until=30)
    assert buckets(account([track((0, 50, UP)), late], 0, 50)) == [(0, 20, "up"), (20, 30, "short"), (30, 50, "up")]


def test_one_location_of_three_does_not_make_it_down() -> None:
    tracks = [track((0, 10, DOWN)), track((0, 10, UP), location=2), track((0, 10, UP), location=3)]
    assert merge(tracks, 0, 10) == [Span(0, 10, SLOW)]


def test_down_inside_an_incident_belongs_to_the_party_of_its_stretch() -> None:
    pieces = account([track((0, 10, DOWN))], 0, 10, stretches=[Stretch(1, 1, 0, 6, Party.THEIRS)], incidents=[(0, 8)])
    assert buckets(pieces) == [(0, 6, "theirs"), (6, 8, "unsure"), (8, 10, "short")]


def test_a_short_failure_of_our_own_is_told_apart() -> None:
    pieces = account([track((0, 10, DOWN))], 0, 10, stretches=[Stretch(1, 1, 0, None, Party.OURS)])
    assert buckets(pieces) == [(0, 10, "short_ours")]


def test_one_check_of_theirs_makes_the_moment_theirs() -> None:
    tracks = [track((0, 10, DOWN)), track((0, 10, DOWN), check=2)]
    parties = [Stretch(1, 1, 0, None, Party.OURS), Stretch(2, 1, 5, None, Party.THEIRS)]
    assert buckets(account(tracks, 0, 10, stretches=parties, incidents=[(0, 10)])) == [(0, 5, "unsure"), (5, 10, "theirs")]


def test_a_check_that_is_up_has_no_say_in_whose_trouble_it_is() -> None:
    tracks = [track((0, 10, DOWN)), track((0, 10, UP), check=2)]
    parties = [Stretch(1, 1, 0, None, Party.OURS), Stretch(2, 1, 0, None, Party.THEIRS)]
    assert buckets(account(tracks, 0, 10, stretches=parties, incidents=[(0, 10)])) == [(0, 10, "ours")]


def test_maintenance_lies_over_everything() -> None:
    pieces = account([track((0, 10, DOWN))], 0, 20, maintenance=[(5, 15)])
    assert buckets(pieces) == [(0, 5, "short"), (5, 15, "maintenance"), (15, 20, "unknown")]


def test_slow_inside_an_incident_is_slow() -> None:
    assert buckets(account([track((0, 10, SLOW))], 0, 10, incidents=[(0, 10)])) == [(0, 10, "degraded")]


def test_a_stretch_ends_where_the_next_one_of_its_check_begins() -> None:
    parties = [Stretch(1, 1, 0, None, Party.OURS), Stretch(1, 1, 5, 8, Party.THEIRS)]
    pieces = account([track((0, 10, DOWN))], 0, 10, stretches=parties, incidents=[(0, 10)])
    assert buckets(pieces) == [(0, 5, "ours"), (5, 8, "theirs"), (8, 10, "unsure")]


def test_a_verdict_of_a_check_that_does_not_count_changes_nothing() -> None:
    pieces = account([track((0, 10, DOWN))], 0, 10, stretches=[Stretch(9, 1, 0, 10, Party.THEIRS)], incidents=[(0, 10)])
    assert buckets(pieces) == [(0, 10, "unsure")]


statuses = st.sampled_from([UP, SLOW, DOWN, UNKNOWN])


@st.composite
def made_tracks(draw: st.DrawFn) -> list[Track]:
    tracks = []
    for check in range(draw(st.integers(1, 3))):
        for location in range(draw(st.integers(1, 3))):
            cuts = sorted(draw(st.lists(st.integers(0, 60), max_size=8)))
            spans = [Span(a, b, draw(statuses)) for a, b in itertools.pairwise(cuts) if a < b and draw(st.booleans())]
            since = draw(st.none() | st.integers(0, 30))
            until = draw(st.none() | st.integers(30, 60))
            tracks.append(Track(check, location, spans, since, until))
    return tracks


intervals = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=3)
stretches = st.lists(
    st.builds(
        Stretch, st.integers(0, 2), st.integers(0, 2), st.integers(0, 60), st.none() | st.integers(0, 60), st.sampled_from(list(Party))
    ),
    max_size=4,
    unique_by=lambda s: (s.check, s.location, s.start_ms),
)


def bucket_at(
    ms: int, tracks: list[Track], parties: list[Stretch], incidents: list[tuple[int, int]], planned: list[tuple[int, int]]
) -> Bucket:
    """Every rule looked up anew for one millisecond."""
    if any(start <= ms < end for start, end in planned):
        return Bucket.MAINTENANCE
    states: dict[int, list[Status]] = {}
    failing: dict[int, list[Track]] = {}
    for one in tracks:
        if (one.since_ms is None or one.since_ms <= ms) and (one.until_ms is None or ms < one.until_ms):
            status = next((span.status for span in one.spans if span.start_ms <= ms < span.end_ms), UNKNOWN)
            states.setdefault(one.check, []).append(status)
            failing.setdefault(one.check, []).extend([one] if status is DOWN else [])
    decided = {check: decide(votes) for check, votes in states.items()}
    status = next((s for s in (DOWN, UNKNOWN, SLOW, UP) if s in decided.values()), UNKNOWN)
    if status is not DOWN:
        return Bucket(status.value)
    named = {party_at(ms, one, parties) for check, state in decided.items() if state is DOWN for one in failing[check]}
    party = next(p for p in (Party.THEIRS, Party.PATH, Party.UNKNOWN, Party.OURS) if p in named)
    if not any(start <= ms < end for start, end in incidents):
        return Bucket.SHORT_OURS if party is Party.OURS else Bucket.SHORT
    return Bucket.UNSURE if party is Party.UNKNOWN else Bucket(party.value)


def party_at(ms: int, one: Track, parties: list[Stretch]) -> Party:
    begun = [s for s in parties if (s.check, s.location) == (one.check, one.location) and s.start_ms <= ms]
    last = max(begun, key=lambda s: s.start_ms, default=None)
    return last.party if last and (last.end_ms is None or ms < last.end_ms) else Party.UNKNOWN


@given(made_tracks(), stretches, intervals, intervals)
def test_every_millisecond_is_in_the_bucket_the_rules_give(
    tracks: list[Track], parties: list[Stretch], incidents: list[tuple[int, int]], planned: list[tuple[int, int]]
) -> None:
    pieces = account(tracks, 0, 60, stretches=parties, incidents=incidents, maintenance=planned)
    got = [piece.bucket for piece in pieces for _ in range(piece.start_ms, piece.end_ms)]
    assert got == [bucket_at(ms, tracks, parties, incidents, planned) for ms in range(60)]


@given(made_tracks())
def test_the_timeline_has_no_hole_and_no_needless_cut(tracks: list[Track]) -> None:
    spans = merge(tracks, 0, 60)
    assert (spans[0].start_ms, spans[-1].end_ms) == (0, 60)
    for before, after in itertools.pairwise(spans):
        assert before.end_ms == after.start_ms
        assert (before.status, before.cause) != (after.status, after.cause)
