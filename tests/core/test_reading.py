"""One reading, two views: an integration by its counting checks, or one check of it alone."""

from __future__ import annotations

from core.availability import Bucket
from core.health import Cause, Status
from core.ledger import IncidentKind, IncidentRow, SpanRow, VerdictRow
from core.merge import Piece
from core.plan import CheckPlan, IntegrationPlan
from core.reading import Reading, pieces, tracks
from core.verdict import Confidence, Party, Verdict

API = CheckPlan(1, 1, "api", "API", "http", counts=True)
LOGIN = CheckPlan(2, 1, "login", "Login", "http", counts=True)
PAGE = CheckPlan(3, 1, "page", "Page", "statuspage", counts=False)
PLAN = IntegrationPlan(1, "stripe", "Stripe", "stripe", "Stripe", "payments", checks=(API, LOGIN, PAGE))
THEIRS = Verdict(13, Party.THEIRS, Confidence.MEDIUM, "")


def up(check: int, start_ms: int, end_ms: int | None = None) -> SpanRow:
    return SpanRow(check, 1, start_ms, end_ms, Status.UP, None, 1_000)


def down(check: int, start_ms: int, end_ms: int) -> SpanRow:
    return SpanRow(check, 1, start_ms, end_ms, Status.DOWN, Cause.SERVER_ERROR, 1_000)


def incident(ident: int, *checks: int, kind: IncidentKind = IncidentKind.VENDOR, integration: int = 1) -> IncidentRow:
    return IncidentRow(
        ident, kind, integration, 100, 200, Status.DOWN, Cause.SERVER_ERROR, checks, THEIRS, 1, resolved_ms=200, closed_ms=210
    )


READING = Reading(
    PLAN,
    [up(1, 0, 100), down(1, 100, 200), up(1, 200), up(2, 0), up(3, 0, 300), down(3, 300, 400), up(3, 400)],
    newest_ms={(1, 1): 1_000, (2, 1): 1_000, (3, 1): 1_000},
    verdicts=[VerdictRow(1, 1, 100, 200, Cause.SERVER_ERROR, THEIRS, 1)],
    incidents=[incident(1, 1)],
)


def test_an_integration_is_as_bad_as_its_worst_counting_check() -> None:
    assert pieces(READING, 0, 1_000, 1_000) == [Piece(0, 100, Bucket.UP), Piece(100, 200, Bucket.THEIRS), Piece(200, 1_000, Bucket.UP)]


def test_a_check_alone_is_itself_whether_it_counts_or_not() -> None:
    assert pieces(READING, 0, 1_000, 1_000, only=2) == [Piece(0, 1_000, Bucket.UP)]
    assert pieces(READING, 0, 1_000, 1_000, only=3)[1] == Piece(300, 400, Bucket.SHORT)


def test_an_incident_of_other_checks_is_not_in_a_checks_own_time() -> None:
    other = Reading(PLAN, READING.spans, READING.newest_ms, verdicts=READING.verdicts, incidents=[incident(1, 2)])
    assert pieces(other, 0, 1_000, 1_000, only=1)[1].bucket is Bucket.SHORT
    assert pieces(READING, 0, 1_000, 1_000, only=1)[1].bucket is Bucket.THEIRS


def test_groups_blind_periods_and_incidents_of_others_are_no_own_incidents() -> None:
    rows = [incident(1, 1), incident(2, 1, kind=IncidentKind.GROUP), incident(3, 1, integration=2)]
    assert [row.id for row in Reading(PLAN, [], {}, incidents=rows).own_incidents] == [1]


def test_a_check_that_was_never_heard_has_no_track() -> None:
    assert [track.check for track in tracks(Reading(PLAN, [up(1, 0)], {}), 1_000)] == [1]


def test_checks_that_were_removed_take_part_until_then() -> None:
    old = CheckPlan(9, 1, "old", "Old", "http", counts=True)
    reading = Reading(PLAN, [down(9, 0, 500), up(1, 0)], {(1, 1): 1_000}, checks=[API, old], removed_ms={9: 300})
    assert pieces(reading, 0, 1_000, 1_000) == [Piece(0, 300, Bucket.SHORT), Piece(300, 1_000, Bucket.UP)]
