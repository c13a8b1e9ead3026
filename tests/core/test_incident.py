"""When an integration is in trouble, and whose its trouble mostly is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.health import Cause, Status
from core.incident import Trouble, blame, family, foremost, same_judgement, trouble
from core.ledger import VerdictRow
from core.line import NEW, Line
from core.transition import Machine
from core.verdict import Confidence, Party, Verdict

WELL = replace(NEW, known=True)
THEIRS = Verdict(13, Party.THEIRS, Confidence.MEDIUM, "Not acknowledged.")
OURS = Verdict(3, Party.OURS, Confidence.HIGH, "The key is refused.")


def down(edge_ms: int) -> Line:
    return replace(WELL, down=Machine(open=True, bad=3, bad_edge_ms=edge_ms))


def slow(edge_ms: int) -> Line:
    return replace(WELL, slow=Machine(open=True, bad=5, bad_edge_ms=edge_ms))


def stretch(start_ms: int, verdict: Verdict, *, check: int = 1) -> VerdictRow:
    return VerdictRow(check, 1, start_ms, None, Cause.SERVER_ERROR, verdict)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([WELL], None),
        ([NEW], None),
        ([down(10)], Trouble(Status.DOWN, 10)),
        ([slow(10)], Trouble(Status.DEGRADED, 10)),
        ([down(10), WELL, WELL], Trouble(Status.DEGRADED, 10)),
        ([down(30), down(10), WELL], Trouble(Status.DOWN, 30)),
        ([slow(10), slow(20), WELL], Trouble(Status.DEGRADED, 10)),
        ([slow(10), WELL, WELL], None),
        ([down(10), NEW], None),
    ],
)
def test_a_check_is_in_trouble_where_enough_of_its_places_confirm_it(lines: list[Line], expected: Trouble | None) -> None:
    assert trouble(lines) == expected


def test_the_causes_of_the_vendor_are_one_family_and_others_are_alone() -> None:
    vendors = {
        family(cause) for cause in (Cause.DNS, Cause.CONNECT, Cause.TLS, Cause.TIMEOUT, Cause.SERVER_ERROR, Cause.CONTRACT, Cause.SLOW)
    }
    assert vendors == {"vendor"}
    assert len({family(cause) for cause in (Cause.AUTH, Cause.QUOTA, Cause.CLIENT_ERROR, Cause.MISSED)}) == 4


def test_bad_time_is_added_up_by_party() -> None:
    spent = blame([(Party.THEIRS, 5), (Party.OURS, 1)], [(stretch(10, THEIRS), 30), (stretch(40, OURS), 35)])
    assert spent == {Party.THEIRS: 25, Party.OURS: 1}


def test_the_party_with_most_bad_time_is_shown_by_its_newest_stretch() -> None:
    first, second, ours = stretch(10, THEIRS), stretch(30, THEIRS, check=2), stretch(50, OURS)
    assert foremost(None, {Party.THEIRS: 9, Party.OURS: 3}, [first, second, ours]) is second


def test_at_a_tie_the_newest_stretch_is_shown() -> None:
    assert foremost(None, {Party.THEIRS: 0, Party.OURS: 0}, [stretch(10, THEIRS), stretch(20, OURS)]) == stretch(20, OURS)


def test_what_was_shown_stands_while_its_party_leads_without_an_open_stretch() -> None:
    assert foremost(THEIRS, {Party.THEIRS: 9, Party.OURS: 3}, [stretch(50, OURS)]) is None
    assert foremost(THEIRS, {}, []) is None


def test_two_verdicts_say_the_same_when_only_figures_differ() -> None:
    assert same_judgement(THEIRS, replace(THEIRS, tries=9, headline="Not acknowledged, still."))
    assert not same_judgement(THEIRS, replace(THEIRS, confidence=Confidence.HIGH))
    assert not same_judgement(THEIRS, None)
    assert same_judgement(None, None)
