"""What holds for every history: how results are cut into flushes changes nothing, and no row contradicts another."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.health import NETWORK_CAUSES, Cause, PageStatus, ProbeResult, Status
from core.ledger import AlertKind, IncidentKind
from core.plan import Plan
from core.voices import Round
from scheduler.judge import judge
from scheduler.judging import census
from tests.scheduler.stage import START_MS, Stage, api, integration, page, plan, reading, result, window

CAUSES = (None, None, None, Cause.SERVER_ERROR, Cause.TIMEOUT, Cause.CONNECT, Cause.SLOW, Cause.AUTH, Cause.CONFIG, Cause.OBSERVER)
VENDORS = 7
CHECKS = [number * 10 for number in range(1, VENDORS + 1)]


@dataclass(frozen=True)
class History:
    """Results in order, each with the round it waited for."""

    results: list[ProbeResult]
    rounds: dict[tuple[int, int, int], Round]


def watched() -> Plan:
    two_places = integration(VENDORS, api(VENDORS, locations=(1, 2, 3)))
    paged = integration(1, api(1), page(1), upstreams=("aws",))
    others = [integration(number, upstreams=("aws",) if number == 2 else ()) for number in range(2, VENDORS)]
    return plan(paged, *others, two_places, maintenance=(window(500, 900, 3),), silences=(window(0, 700, 4),))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Stretches in which everybody fares alike, broken up by single results, and now and then all of them in turn."""
    at, results = 0.0, []
    rounds: dict[tuple[int, int, int], Round] = {}
    for _ in range(draw(st.integers(1, 12))):
        mood = draw(st.sampled_from(CAUSES))
        answering = draw(st.sampled_from([0, 1, 2]))
        together = draw(st.integers(0, 3)) == 0
        fares = [(check, mood) for check in CHECKS * 3] if together else [(0, mood)] * draw(st.integers(1, 12))
        for check, cause in fares:
            at += 2.0 if together else draw(st.sampled_from([0.5, 3.0, 20.0, 60.0, 400.0]))
            one = result(check, at, cause) if together else _one(draw, at, draw(st.sampled_from([cause, cause, cause, None])))
            results.append(one)
            if one.cause in NETWORK_CAUSES:
                rounds[one.check, one.location, one.at_ms] = Round(one.at_ms + 200, answering, 2)
    return History(results, rounds)


def _one(draw: st.DrawFn, at: float, cause: Cause | None) -> ProbeResult:
    check = draw(st.sampled_from([*CHECKS, 11]))
    if check == 11 and cause is None:
        return reading(11, at, draw(st.sampled_from(list(PageStatus))))
    place = draw(st.sampled_from([1, 2, 3])) if check == VENDORS * 10 else 1
    return result(check, at, cause, location=place, manual=draw(st.integers(0, 9)) == 0)


def play(history: History, cuts: list[int]) -> Stage:
    stage = Stage(watched())
    edges = [0, *sorted(cut % (len(history.results) + 1) for cut in cuts), len(history.results)]
    for begin, end in pairwise(edges):
        stage.take(*judge(stage.memory, history.results[begin:end], None, history.rounds))
    return stage


@settings(max_examples=120, deadline=None)
@given(histories(), st.lists(st.integers(0, 500), max_size=6))
def test_how_results_are_cut_into_flushes_changes_nothing(history: History, cuts: list[int]) -> None:
    whole, cut = play(history, []), play(history, cuts)
    assert _held(cut) == _held(whole)
    assert (cut.incidents, cut.spans, cut.verdicts, cut.states) == (whole.incidents, whole.spans, whole.verdicts, whole.states)
    assert (cut.events, cut.alerts) == (whole.events, whole.alerts)
    assert [one for ledger in cut.ledgers for one in ledger.results] == whole.ledgers[0].results


def _held(stage: Stage) -> tuple[object, ...]:
    memory = stage.memory
    return (memory.lines, memory.newest, memory.stretches, memory.behind, memory.rounds, memory.incidents, memory.pages, memory.blind)


@settings(max_examples=120, deadline=None)
@given(histories())
def test_spans_and_verdicts_of_a_line_never_overlap(history: History) -> None:
    stage = play(history, [])
    for rows in (stage.spans.values(), stage.verdicts.values()):
        by_line = defaultdict(list)
        for row in rows:
            by_line[row.check, row.location].append(row)
        for line in by_line.values():
            line.sort(key=lambda row: row.start_ms)
            for row, after in pairwise(line):
                assert row.end_ms is not None
                assert row.start_ms <= row.end_ms <= after.start_ms


@settings(max_examples=120, deadline=None)
@given(histories())
def test_an_incident_has_its_k_failures_and_ends_after_it_began(history: History) -> None:
    stage = play(history, [])
    written = [one for ledger in stage.ledgers for one in ledger.results]
    for row in stage.of(IncidentKind.VENDOR):
        bad = [
            one
            for one in written
            if one.check in row.checks and not one.manual and one.edge_ms <= row.opened_ms
            and one.status in (Status.DOWN, Status.DEGRADED) and one.edge_ms >= row.started_ms - 1
        ]  # fmt: skip
        assert len(bad) >= 3
        assert START_MS <= row.started_ms <= row.opened_ms
        if row.closed_ms is not None:
            assert row.resolved_ms is not None
            assert row.started_ms <= row.resolved_ms <= row.closed_ms


@settings(max_examples=120, deadline=None)
@given(histories())
def test_who_is_told_of_an_opening_is_told_of_the_end_and_nobody_else(history: History) -> None:
    stage = play(history, [])
    said = Counter((row.incident, row.channel, row.kind) for row in stage.alerts)
    for (incident, channel, kind), count in said.items():
        if kind in (AlertKind.OPENED, AlertKind.RESOLVED):
            assert count == 1
        if kind is not AlertKind.BLIND:
            assert said[incident, channel, AlertKind.OPENED] == 1
    for row in stage.incidents.values():
        ended = {channel for incident, channel, kind in said if incident == row.id and kind is AlertKind.RESOLVED}
        assert ended == (set(row.told) if row.closed_ms is not None and row.kind is not IncidentKind.BLIND else set())


@settings(max_examples=120, deadline=None)
@given(histories())
def test_a_group_lives_as_long_as_its_members_and_one_integration_has_one_incident_of_a_kind(history: History) -> None:
    stage = play(history, [])
    open_ = list(stage.memory.incidents.values())
    kinds = Counter((row.integration, row.kind) for row in open_ if row.integration is not None)
    assert all(count == 1 for count in kinds.values())
    for group in stage.of(IncidentKind.GROUP):
        members = [row for row in stage.incidents.values() if row.group == group.id]
        assert members
        assert (group.closed_ms is None) == any(row.closed_ms is None for row in members)


@settings(max_examples=60, deadline=None)
@given(histories(), st.integers(0, 500))
def test_a_restart_between_two_flushes_changes_nothing_that_is_accounted_for(history: History, cut: int) -> None:
    """Figures in facts may begin anew; spans, incidents and who was told may not."""
    at = cut % (len(history.results) + 1)
    whole = play(history, [at])
    stage = Stage(watched())
    stage.take(*judge(stage.memory, history.results[:at], None, history.rounds))
    stage = stage.restarted()
    stage.take(*judge(stage.memory, history.results[at:], None, history.rounds))
    assert stage.spans == whole.spans
    vendors = [
        [(row.integration, row.started_ms, row.resolved_ms, row.status) for row in one.of(IncidentKind.VENDOR)] for one in (stage, whole)
    ]
    assert vendors[0] == vendors[1]


@settings(max_examples=80, deadline=None)
@given(histories())
def test_the_count_of_the_others_kept_along_the_way_is_the_one_made_anew(history: History) -> None:
    memory = play(history, []).memory
    again = memory.copy()
    census.recount(again)
    assert again.asked == memory.asked
    assert again.ailing == {who: found for who, found in memory.ailing.items() if found}
