"""Many at once: the path, a shared upstream, and our own network."""

from __future__ import annotations

from collections.abc import Iterable

from core.health import Cause, PageStatus, ProbeResult, Status
from core.ledger import AlertKind, IncidentKind
from core.verdict import OWN_NETWORK
from core.voices import Round
from tests.scheduler.stage import START_MS, Stage, answering, api, integration, ms, page, plan, reading, result, silent, window


def vendors(count: int, **changed: object) -> Stage:
    """`count` integrations, all seen well within the first minute."""
    stage = Stage(plan(*(integration(number, **changed) for number in range(1, count + 1))))
    stage.feed([result(number * 10, number) for number in range(1, count + 1)])
    return stage


def fail_together(stage: Stage, numbers: Iterable[int], from_s: float, cause: Cause, canaries: Round | None = None, tries: int = 3) -> None:
    """Each in its turn of a second, every 20 s."""
    for attempt in range(tries):
        for number in numbers:
            stage.feed([result(number * 10, from_s + 20 * attempt + number, cause)], canaries)


def test_half_of_the_vendors_failing_with_canaries_fine_is_the_path_and_one_message() -> None:
    stage = vendors(10)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    (group,) = stage.of(IncidentKind.GROUP)
    members = stage.of(IncidentKind.VENDOR)
    assert len(members) == 6
    assert {row.group for row in members} == {group.id}
    assert group.verdict is not None
    assert group.verdict.rule == 7
    assert stage.told(group.id)[0] is AlertKind.OPENED
    assert all(not stage.told(row.id) for row in members)


def test_a_group_says_how_many_fail_by_now_not_how_many_did_when_it_formed() -> None:
    stage = vendors(12)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    fail_together(stage, (7, 8), 110, Cause.TIMEOUT, answering(111))
    (group,) = stage.of(IncidentKind.GROUP)
    assert group.verdict is not None
    assert group.title == "The path to 8 vendors"
    assert group.verdict.headline.startswith("8 of ")


def test_one_that_stayed_down_does_not_swallow_the_next_mass_failure() -> None:
    """Hours later the path fails again: a group of its own, and somebody is called."""
    stage = vendors(12)
    fail_together(stage, range(1, 8), 60, Cause.TIMEOUT, answering(61))
    (first,) = stage.of(IncidentKind.GROUP)
    for at in range(200, 7_200, 60):
        stage.feed(
            [result(number * 10, at + number, Cause.TIMEOUT if number == 1 else None) for number in range(1, 13)], answering(at + 30)
        )
    fail_together(stage, range(2, 9), 7_260, Cause.TIMEOUT, answering(7_261))
    groups = stage.of(IncidentKind.GROUP)
    assert len(groups) == 2
    assert groups[0].id == first.id
    assert stage.told(groups[1].id)[0] is AlertKind.OPENED


def test_a_late_one_joins_the_group_that_is_going_on() -> None:
    stage = vendors(12)
    fail_together(stage, range(1, 8), 60, Cause.TIMEOUT, answering(61))
    for at in range(200, 1_700, 60):
        failing = 7 if at < 1_400 else 8
        stage.feed([result(n * 10, at + n, Cause.TIMEOUT if n <= failing else None) for n in range(1, 13)], answering(at + 30))
    (group,) = stage.of(IncidentKind.GROUP)
    members = stage.of(IncidentKind.VENDOR)
    assert len(members) == 8
    assert {row.group for row in members} == {group.id}


def test_four_of_four_are_too_few_for_a_group() -> None:
    stage = vendors(4)
    fail_together(stage, range(1, 5), 60, Cause.TIMEOUT, answering(61))
    assert not stage.of(IncidentKind.GROUP)
    assert stage.told().count(AlertKind.OPENED) == 4


def test_less_than_half_of_those_asked_is_no_group() -> None:
    stage = vendors(12)
    for attempt in range(3):
        for number in range(1, 13):
            cause = Cause.TIMEOUT if number <= 5 else None
            stage.feed([result(number * 10, 60 + 20 * attempt + number, cause)], answering(61))
    assert not stage.of(IncidentKind.GROUP)


def test_providers_that_were_not_asked_meanwhile_are_not_counted() -> None:
    """Checks of five minutes among those of one: counting all would hide the group."""
    slow = [integration(number, api(number, interval_ms=300_000)) for number in range(11, 31)]
    stage = Stage(plan(*(integration(number) for number in range(1, 11)), *slow))
    stage.feed([result(number * 10, -200) for number in range(11, 31)])
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    assert len(stage.of(IncidentKind.GROUP)) == 1


def test_server_errors_of_half_the_vendors_are_a_shared_upstream_unnamed() -> None:
    stage = vendors(8)
    fail_together(stage, range(1, 6), 60, Cause.SERVER_ERROR)
    (group,) = stage.of(IncidentKind.GROUP)
    assert group.verdict is not None
    assert group.verdict.rule == 8
    assert group.title == "A shared upstream of 5 vendors"


def test_a_declared_upstream_is_named_and_makes_no_group() -> None:
    stage = vendors(8, upstreams=("aws:us-east-1",))
    fail_together(stage, range(1, 6), 60, Cause.SERVER_ERROR)
    assert not stage.of(IncidentKind.GROUP)
    rows = stage.of(IncidentKind.VENDOR)
    assert {row.verdict.rule for row in rows if row.verdict} == {6}
    assert rows[-1].verdict is not None
    assert "Shared upstream aws:us-east-1: 5 of 8" in rows[-1].verdict.headline


def test_incidents_of_the_minute_before_join_and_their_messages_are_edited() -> None:
    stage = vendors(10)
    fail_together(stage, [1, 2], 60, Cause.TIMEOUT, answering(61))
    assert stage.told() == [AlertKind.OPENED] * 2
    fail_together(stage, [3, 4, 5, 6], 100, Cause.TIMEOUT, answering(101))
    (group,) = stage.of(IncidentKind.GROUP)
    first = min(stage.of(IncidentKind.VENDOR), key=lambda row: row.id)
    assert first.group == group.id
    assert stage.told(first.id) == [AlertKind.OPENED, AlertKind.UPDATED]
    assert stage.said("group", first.id) == [f"Joined group INC-{group.id}: many vendors at once"]


def test_what_fails_by_a_cause_of_its_own_meanwhile_is_no_member() -> None:
    stage = vendors(10)
    fail_together(stage, [9], 60, Cause.AUTH)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    (group,) = stage.of(IncidentKind.GROUP)
    assert {row.integration: row.group for row in stage.of(IncidentKind.VENDOR)} == {9: None, **dict.fromkeys(range(1, 7), group.id)}


def test_a_group_is_over_with_its_last_member() -> None:
    stage = vendors(10)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    for number in range(1, 7):
        assert stage.of(IncidentKind.GROUP)[0].closed_ms is None
        stage.well(number * 10, 200 + number)
    group = stage.of(IncidentKind.GROUP)[0]
    assert group.closed_as == "recovered"
    assert group.resolved_ms == max(row.resolved_ms or 0 for row in stage.of(IncidentKind.VENDOR))
    assert stage.told(group.id)[-1] is AlertKind.RESOLVED
    assert not stage.memory.incidents


def test_a_group_ends_where_the_last_of_its_members_came_back_whichever_was_confirmed_last() -> None:
    stage = vendors(10)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    stage.feed([result(10, 120)])
    for number in range(2, 7):
        stage.well(number * 10, 200 + number)
    stage.feed([result(10, 300)])
    (group,) = stage.of(IncidentKind.GROUP)
    resolved = {row.integration: row.resolved_ms or 0 for row in stage.of(IncidentKind.VENDOR)}
    assert group.resolved_ms == resolved[6] > resolved[1]


def test_a_group_speaks_in_the_channels_of_its_members() -> None:
    stage = vendors(10, channels=("pay",))
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    assert {row.channel for row in stage.alerts} == {"pay"}


def test_a_silenced_member_does_not_make_the_group_speak() -> None:
    stage = Stage(plan(*(integration(number) for number in range(1, 11)), silences=(window(0, 9_000),)))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    assert stage.of(IncidentKind.GROUP)
    assert not stage.alerts


def test_acknowledging_a_group_acknowledges_its_members() -> None:
    stage = vendors(10)
    fail_together(stage, range(1, 7), 60, Cause.TIMEOUT, answering(61))
    stage.ask("acknowledge", 150, incident=stage.of(IncidentKind.GROUP)[0].id)
    assert {row.acknowledged_by for row in stage.incidents.values()} == {"Mara"}


def lose_network(stage: Stage, count: int, from_s: float, tries: int = 3) -> None:
    for attempt in range(tries):
        at = from_s + 20 * attempt
        heard = [(f"vendor{number}", Cause.CONNECT) for number in range(1, count + 1)]
        fail_together(stage, range(1, count + 1), at, Cause.CONNECT, silent(at + count + 1, *heard), tries=1)


def test_our_own_network_lost_is_no_incident_of_a_vendor() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    assert [row.kind for row in stage.incidents.values()] == [IncidentKind.BLIND]
    assert {row.cause for row in stage.spans.values()} == {None, Cause.OBSERVER}
    assert not stage.verdicts
    assert not stage.alerts
    assert {line.status for line in stage.memory.lines.values()} == {Status.UNKNOWN}


def test_what_is_written_says_observer_and_keeps_what_the_probe_saw() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60, tries=1)
    written = [one for ledger in stage.ledgers[1:] for one in ledger.results]
    assert {one.cause for one in written} == {Cause.OBSERVER}
    assert {one.outcome.cause for one in written} == {Cause.OBSERVER}
    assert all(one.status is Status.UNKNOWN for one in written)


def test_the_first_failure_is_taken_for_our_networks_because_others_were_heard() -> None:
    stage = vendors(10)
    heard = [(f"vendor{number}", Cause.CONNECT) for number in range(2, 9)]
    stage.feed([result(10, 60, Cause.CONNECT)], silent(61, *heard))
    assert stage.memory.blind is not None


def test_one_vendor_down_with_silent_canaries_is_the_vendor_when_the_others_answer() -> None:
    stage = vendors(10)
    heard = [(f"vendor{number}", None) for number in range(2, 9)]
    stage.fail(10, 60, cause=Cause.CONNECT, canaries=silent(61, *heard))
    assert stage.incident.kind is IncidentKind.VENDOR


def test_what_was_written_as_a_vendors_stays_that_when_its_page_speaks_while_our_network_is_lost() -> None:
    stage = Stage(plan(integration(1, api(1), page(1)), *(integration(number) for number in range(2, 11))))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    stage.fail(10, 60, cause=Cause.CONNECT, canaries=silent(61, ("vendor2", None), ("vendor3", None)))
    fail_together(stage, range(2, 11), 110, Cause.CONNECT, silent(121, *[(f"vendor{number}", Cause.CONNECT) for number in range(1, 11)]))
    assert stage.memory.blind is not None
    stage.feed([reading(11, 122, PageStatus.RED)])
    (row,) = stage.of(IncidentKind.VENDOR)
    assert row.verdict is not None
    assert row.verdict.rule != OWN_NETWORK
    assert stage.verdicts[10, 1, row.started_ms].verdict.rule != OWN_NETWORK


def test_one_alert_goes_out_when_a_canary_answers_again() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    stage.hear(silent(130), answering(140))
    (alert,) = stage.alerts
    assert (alert.kind, alert.channel, alert.incident) == (AlertKind.BLIND, "ops", None)
    assert (alert.body["started_ms"], alert.body["ended_ms"]) == (ms(61), ms(140))
    assert alert.body["detail"] == "example.com no answer"
    row = stage.incident
    assert (row.resolved_ms, row.closed_as) == (ms(140), "recovered")
    stage.hear(answering(150))
    assert len(stage.alerts) == 1


def test_vendors_that_answer_end_the_blind_period_where_no_canary_is_asked() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    for number in (1, 2, 3):
        assert stage.memory.blind is not None
        stage.well(number * 10, 140 + number, 1)
    assert stage.memory.blind is None
    assert stage.incident.resolved_ms == ms(143)


def test_a_vendor_that_never_failed_is_heard_too_when_the_network_is_back() -> None:
    stage = vendors(3)
    lose_network(stage, 2, 60)
    assert stage.memory.blind is not None
    for number in (1, 2, 3):
        stage.well(number * 10, 130 + number, 1)
    assert stage.memory.blind is None


def test_a_good_canary_before_makes_the_window_short() -> None:
    """Those asked before the last good canary say nothing about our network now."""
    stage = vendors(40)
    stage.hear(answering(45))
    stage.feed([result(10, 60, Cause.CONNECT)], silent(62, ("vendor2", Cause.CONNECT), ("vendor3", Cause.CONNECT)))
    assert stage.memory.blind is not None


def test_of_very_many_vendors_those_asked_since_the_failure_say_how_our_network_is() -> None:
    """What the others said in the minutes before is of no use: with hundreds of them most are not asked again for a while."""
    stage = vendors(100)
    heard = [(f"vendor{number}", Cause.CONNECT) for number in range(2, 22)]
    for number in (1, 30, 31):
        stage.feed([result(number * 10, 110 + number / 100, Cause.CONNECT)], silent(112, *heard))
    assert {stage.memory.newest[number * 10, 1].cause for number in (1, 30, 31)} == {Cause.OBSERVER}


def test_a_failure_from_just_before_our_network_was_back_is_nobodys() -> None:
    """The canaries it waited for answered, and say nothing of the moment it was seen in."""
    stage = vendors(10)
    lose_network(stage, 10, 60)
    for number in range(1, 11):
        stage.feed([result(number * 10, 138 + number / 100, Cause.CONNECT)], answering(140))
    assert not stage.of(IncidentKind.VENDOR)
    assert not stage.of(IncidentKind.GROUP)
    assert {row.cause for row in stage.spans.values()} == {None, Cause.OBSERVER}
    stage.fail(10, 150, cause=Cause.CONNECT, canaries=answering(151))
    assert len(stage.of(IncidentKind.VENDOR)) == 1


def test_a_failure_from_the_instant_our_network_was_back_is_judged() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    stage.hear(answering(140))
    stage.fail(10, 140, cause=Cause.CONNECT, canaries=answering(141))
    assert len(stage.of(IncidentKind.VENDOR)) == 1


def test_after_the_blind_period_failures_are_judged_again() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    stage.hear(answering(140))
    for number in range(1, 11):
        stage.well(number * 10, 150 + number, 1)
    stage.fail(10, 200, cause=Cause.CONNECT, canaries=answering(201))
    assert len(stage.of(IncidentKind.VENDOR)) == 1


def test_a_status_page_that_cannot_be_fetched_while_blind_is_our_networks_fault_too() -> None:
    stage = Stage(plan(*(integration(number, api(number), page(number)) for number in range(1, 7))))
    stage.feed([result(number * 10 + kind, number) for number in range(1, 7) for kind in (0, 1)])
    heard = [(f"vendor{number}", Cause.CONNECT) for number in range(2, 7)]
    ledger = stage.feed([result(11, 60, Cause.CONNECT)], silent(61, *heard))
    assert ledger.results[0].cause is Cause.OBSERVER


def test_a_blind_period_is_remembered_over_a_restart() -> None:
    stage = vendors(10)
    lose_network(stage, 10, 60)
    again = stage.restarted()
    assert again.memory.blind == stage.memory.blind
    again.hear(answering(140))
    assert [row.kind for row in again.alerts] == [AlertKind.BLIND]


def test_results_that_were_written_are_never_relabelled() -> None:
    stage = vendors(10)
    first: list[ProbeResult] = stage.feed([result(10, 60, Cause.CONNECT)], silent(61, *[(f"vendor{n}", None) for n in range(2, 9)])).results
    assert first[0].cause is Cause.CONNECT
    lose_network(stage, 10, 80)
    again = [one for ledger in stage.ledgers for one in ledger.results if (one.check, one.at_ms) == (10, START_MS + 60_000)]
    assert [one.cause for one in again] == [Cause.CONNECT]
