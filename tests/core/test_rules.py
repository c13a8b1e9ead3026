"""The verdict table: one test a row, and one for each pair of rows that could both match."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from core.grouping import Tally
from core.health import Cause
from core.rules import RULES, judge
from core.verdict import Confidence, Party, Speaks
from core.voices import Case, Crowd, PageSays, Places, Round, Upstream

SILENT = Round(90, 0, 2, "example.com no answer")
FINE = Round(90, 2, 2, "example.com 21 ms, example.org 34 ms")
ONE_DOWN = Crowd(network=Tally(1, 20), path=Tally(1, 20), server=Tally(1, 20), others=Tally(0, 19))
HALF = Tally(10, 20)
MANY = Crowd(network=HALF, path=HALF, server=HALF, others=Tally(9, 19))
UPSTREAM = replace(ONE_DOWN, upstream=Upstream("aws:us-east-1", Tally(2, 4)))


def case(cause: Cause, **voices: object) -> Case:
    made = Case(cause=cause, at_ms=100, provider="PayPal", check="Create order", canaries=FINE, crowd=ONE_DOWN, last_good_ms=40)
    return replace(made, **voices)  # type: ignore[arg-type]


# For every row a case that matches it, and no row before it.
ROWS = {
    1: case(Cause.CONFIG),
    2: case(Cause.AUTH, keys_refused=2),
    3: case(Cause.AUTH),
    4: case(Cause.QUOTA),
    5: case(Cause.CONNECT, canaries=SILENT, crowd=MANY),
    6: case(Cause.SERVER_ERROR, crowd=UPSTREAM),
    7: case(Cause.TIMEOUT, crowd=MANY),
    8: case(Cause.SERVER_ERROR, crowd=MANY),
    9: case(Cause.CONNECT, places=Places("Frankfurt", 2, 2)),
    10: case(Cause.CLIENT_ERROR, succeeded=False),
    11: case(Cause.SERVER_ERROR, page=PageSays.MAINTENANCE),
    12: case(Cause.SERVER_ERROR, page=PageSays.RED),
    13: case(Cause.SERVER_ERROR, page=PageSays.GREEN),
    14: case(Cause.SERVER_ERROR),
    15: case(Cause.CLIENT_ERROR),
}
PARTIES = {
    Party.OURS: {1, 3, 4, 10},
    Party.THEIRS: {2, 6, 8, 11, 12, 13, 14},
    Party.PATH: {7, 9},
    Party.UNKNOWN: {5, 15},
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_matches_its_facts_and_names_its_party(row: int) -> None:
    verdict = judge(ROWS[row])
    assert verdict.rule == row
    assert row in PARTIES[verdict.party]
    assert verdict.headline
    assert verdict.facts
    assert verdict.would_change


def test_the_table_has_fifteen_rows_in_order() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 16))


# Facts that make both rows of a pair true: the first one wins.
BOTH = {
    (2, 3): case(Cause.AUTH, keys_refused=2),
    (5, 6): case(Cause.CONNECT, canaries=SILENT, crowd=replace(MANY, upstream=Upstream("aws", Tally(3, 4)))),
    (5, 9): case(Cause.CONNECT, canaries=SILENT, crowd=MANY, places=Places("Frankfurt", 1, 1)),
    (5, 10): case(Cause.DNS, canaries=SILENT, crowd=MANY, succeeded=False),
    (5, 11): case(Cause.TLS, canaries=SILENT, crowd=MANY, page=PageSays.MAINTENANCE),
    (5, 12): case(Cause.CONNECT, canaries=SILENT, crowd=MANY, page=PageSays.RED),
    (5, 13): case(Cause.CONNECT, canaries=SILENT, crowd=MANY, page=PageSays.GREEN),
    (5, 14): case(Cause.TIMEOUT, canaries=SILENT, crowd=MANY, page=PageSays.STALE),
    (6, 7): case(Cause.TIMEOUT, crowd=replace(MANY, upstream=Upstream("aws", Tally(3, 4)))),
    (6, 8): case(Cause.SERVER_ERROR, crowd=replace(MANY, upstream=Upstream("aws", Tally(3, 4)))),
    (6, 9): case(Cause.CONNECT, crowd=UPSTREAM, places=Places("Frankfurt", 1, 1)),
    (6, 10): case(Cause.CONNECT, crowd=UPSTREAM, succeeded=False),
    (6, 11): case(Cause.SERVER_ERROR, crowd=UPSTREAM, page=PageSays.MAINTENANCE),
    (6, 12): case(Cause.SERVER_ERROR, crowd=UPSTREAM, page=PageSays.RED),
    (6, 13): case(Cause.SERVER_ERROR, crowd=UPSTREAM, page=PageSays.GREEN),
    (6, 14): case(Cause.CONNECT, crowd=UPSTREAM, page=PageSays.NONE),
    (7, 9): case(Cause.CONNECT, crowd=MANY, places=Places("Frankfurt", 1, 1)),
    (7, 10): case(Cause.CONNECT, crowd=MANY, succeeded=False),
    (7, 11): case(Cause.SLOW, crowd=MANY, page=PageSays.MAINTENANCE),
    (7, 12): case(Cause.SLOW, crowd=MANY, page=PageSays.RED),
    (7, 13): case(Cause.CONNECT, crowd=MANY, page=PageSays.GREEN),
    (7, 14): case(Cause.SLOW, crowd=MANY, page=PageSays.UNREADABLE),
    (8, 11): case(Cause.SERVER_ERROR, crowd=MANY, page=PageSays.MAINTENANCE),
    (8, 12): case(Cause.SERVER_ERROR, crowd=MANY, page=PageSays.RED),
    (8, 13): case(Cause.SERVER_ERROR, crowd=MANY, page=PageSays.GREEN),
    (8, 14): case(Cause.SERVER_ERROR, crowd=MANY, page=PageSays.NONE),
    (9, 10): case(Cause.CONNECT, places=Places("Frankfurt", 1, 1), succeeded=False),
    (9, 11): case(Cause.CONNECT, places=Places("Frankfurt", 1, 1), page=PageSays.MAINTENANCE),
    (9, 12): case(Cause.CONNECT, places=Places("Frankfurt", 1, 1), page=PageSays.RED),
    (9, 13): case(Cause.CONNECT, places=Places("Frankfurt", 1, 1), page=PageSays.GREEN),
    (9, 14): case(Cause.CONNECT, places=Places("Frankfurt", 1, 1)),
    (10, 11): case(Cause.CONTRACT, succeeded=False, page=PageSays.MAINTENANCE),
    (10, 12): case(Cause.CONTRACT, succeeded=False, page=PageSays.RED),
    (10, 13): case(Cause.DNS, succeeded=False, page=PageSays.GREEN),
    (10, 14): case(Cause.CONNECT, succeeded=False),
    (11, 12): case(Cause.SERVER_ERROR, page=PageSays.MAINTENANCE, acknowledged=True),
    (12, 13): case(Cause.SERVER_ERROR, page=PageSays.GREEN, acknowledged=True),
    (12, 14): case(Cause.SERVER_ERROR, page=PageSays.STALE, acknowledged=True),
}


def matching(one: Case) -> list[int]:
    return [rule.number for rule in RULES if rule.matches(one)]


@pytest.mark.parametrize("pair", BOTH)
def test_of_two_rows_that_match_the_first_wins(pair: tuple[int, int]) -> None:
    assert set(pair) <= set(matching(BOTH[pair]))
    assert judge(BOTH[pair]).rule == pair[0]


def every_case() -> list[Case]:
    crowds = [ONE_DOWN, MANY, UPSTREAM, replace(MANY, upstream=Upstream("aws", Tally(3, 4)))]
    voices = [
        (cause, canaries, crowd, page, places, keys, succeeded, admitted)
        for cause in Cause
        for canaries in (None, FINE, SILENT)
        for crowd in crowds
        for page in PageSays
        for places in (None, Places("Frankfurt", 1, 1), Places("Frankfurt", 2, 1))
        for keys in (1, 2)
        for succeeded in (True, False)
        for admitted in (True, False)
    ]
    return [
        case(cause, canaries=canaries, crowd=crowd, page=page, places=places, keys_refused=keys, succeeded=succeeded, acknowledged=admitted)
        for cause, canaries, crowd, page, places, keys, succeeded, admitted in voices
    ]


def test_no_other_pair_of_rows_can_match_together() -> None:
    together = {pair for one in every_case() for pair in combinations(matching(one)[:-1], 2)}
    assert together == set(BOTH)


def test_every_case_has_a_verdict_with_facts_in_whole_sentences() -> None:
    for one in every_case()[::7]:
        verdict = judge(one)
        assert all(fact.sentence.endswith(".") for fact in verdict.facts), verdict
        assert "{" not in verdict.headline + verdict.would_change + "".join(fact.sentence for fact in verdict.facts)


def test_a_network_failure_is_never_our_own_network_while_a_canary_answers() -> None:
    assert judge(case(Cause.CONNECT, canaries=Round(90, 1, 2), crowd=MANY)).rule == 7


def test_without_a_canary_round_many_network_failures_are_not_called_the_path() -> None:
    assert judge(case(Cause.CONNECT, canaries=None, crowd=MANY)).rule == 14


def test_slow_answers_prove_the_network_they_came_through() -> None:
    assert judge(case(Cause.SLOW, canaries=None, crowd=MANY)).rule == 7
    assert judge(case(Cause.SLOW, canaries=SILENT, crowd=MANY)).rule == 14


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ROWS[12], Confidence.HIGH),
        (ROWS[13], Confidence.MEDIUM),
        (ROWS[14], Confidence.MEDIUM),
        (case(Cause.CONNECT, page=PageSays.RED), Confidence.MEDIUM),
        (case(Cause.CONNECT, page=PageSays.GREEN), Confidence.LOW),
        (case(Cause.TIMEOUT), Confidence.LOW),
        (ROWS[3], Confidence.HIGH),
        (ROWS[2], Confidence.HIGH),
        (ROWS[4], Confidence.HIGH),
        (ROWS[9], Confidence.LOW),
        (replace(ROWS[9], page=PageSays.GREEN), Confidence.MEDIUM),
        (replace(ROWS[10], page=PageSays.GREEN), Confidence.HIGH),
    ],
)
def test_confidence_counts_the_vendors_answer_and_its_page(one: Case, expected: Confidence) -> None:
    assert judge(one).confidence is expected


def test_once_acknowledged_stays_acknowledged() -> None:
    first = judge(ROWS[12])
    later = judge(replace(ROWS[13], acknowledged=first.acknowledged))
    assert later.acknowledged
    assert later.headline == "Acknowledged by PayPal."


def test_what_is_ours_is_never_acknowledged_by_the_vendor() -> None:
    assert not judge(case(Cause.QUOTA, page=PageSays.RED)).acknowledged


def test_a_refused_key_is_ours_and_says_that_the_vendor_is_not_charged() -> None:
    verdict = judge(ROWS[3])
    assert verdict.party is Party.OURS
    assert "Not counted against PayPal" in verdict.headline


def test_a_red_page_makes_a_refused_key_theirs() -> None:
    assert judge(case(Cause.AUTH, page=PageSays.RED)).rule == 2


def test_voices_that_are_missing_are_listed_as_missing() -> None:
    silent = [fact.sentence for fact in judge(case(Cause.CONNECT, canaries=None)).facts if fact.speaks is Speaks.SILENT]
    assert silent == ["Canaries: not asked.", "PayPal’s page: none is read.", "Real traffic: not fed."]


def speaking(asked: Case) -> dict[str, Speaks]:
    return {fact.sentence: fact.speaks for fact in judge(asked).facts}


def test_a_green_page_speaks_against_the_vendor_and_for_everybody_else() -> None:
    green = "PayPal’s page is green."
    assert speaking(ROWS[13])[green] is Speaks.AGAINST
    assert speaking(case(Cause.AUTH, page=PageSays.GREEN))[green] is Speaks.FOR
    assert speaking(replace(ROWS[7], page=PageSays.GREEN))[green] is Speaks.FOR


def test_a_red_page_speaks_for_the_vendors_fault_and_against_ours() -> None:
    red = "PayPal’s page says it has trouble."
    assert speaking(ROWS[12])[red] is Speaks.FOR
    assert speaking(case(Cause.QUOTA, page=PageSays.RED))[red] is Speaks.AGAINST


def test_others_that_fail_speak_for_the_path_and_against_the_one_vendor() -> None:
    assert speaking(ROWS[7])["Others fail too."] is Speaks.FOR
    many_else = replace(ROWS[13], crowd=replace(ONE_DOWN, others=Tally(12, 19)))
    assert speaking(many_else)["Others fail too."] is Speaks.AGAINST


def test_where_many_fail_together_nobody_reads_that_the_others_are_fine() -> None:
    assert not [row for row in (5, 7, 8) if "Others are fine." in speaking(ROWS[row])]


def test_silent_canaries_speak_for_our_own_network_alone() -> None:
    assert speaking(ROWS[5])["Our network does not answer."] is Speaks.FOR
    assert speaking(replace(ROWS[14], canaries=SILENT))["Our network does not answer."] is Speaks.AGAINST


def test_one_failing_place_speaks_for_the_path_and_against_the_vendor() -> None:
    assert speaking(ROWS[9])["Only Frankfurt fails."] is Speaks.FOR
    assert speaking(replace(ROWS[14], places=Places("Frankfurt", 2, 2)))["Only Frankfurt fails."] is Speaks.AGAINST


def test_facts_carry_their_figures() -> None:
    facts = {fact.sentence: fact.figures for fact in judge(case(Cause.SERVER_ERROR, http_status=503, tries=87, page=PageSays.GREEN)).facts}
    assert facts["Create order: PayPal answers server errors."] == "503, 87 tries in a row"
    assert facts["Others are fine."] == "19 of 19 other vendors up in the same minutes"
    assert facts["Our network answers."] == "example.com 21 ms, example.org 34 ms"


def test_a_page_quotes_the_vendor() -> None:
    facts = judge(case(Cause.SERVER_ERROR, page=PageSays.RED, page_words="Investigating")).facts
    assert next(fact for fact in facts if "page" in fact.sentence).figures == "“Investigating”"


def test_a_slow_answer_says_whether_the_network_or_the_answer_is_late() -> None:
    slow = case(Cause.SLOW, total_us=1_910_000, limit_us=800_000, waiting_us=1_800_000)
    assert "1\u00a0910 ms, the limit is 800 ms" in judge(slow).facts[0].figures
    assert "the answer is late" in judge(slow).facts[0].figures
    assert "the network is late" in judge(replace(slow, waiting_us=100_000)).facts[0].figures
