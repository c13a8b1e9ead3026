"""From results to incidents: opened, joined, closed, and what is written and told of them."""

from __future__ import annotations

from core.health import Cause, Outcome, PageStatus, Status
from core.ledger import AlertKind, IncidentKind
from core.plan import Criticality
from core.verdict import Confidence, Party
from scheduler.judge import judge
from tests.scheduler.stage import START_MS, Stage, answering, api, integration, ms, page, plan, reading, result, window


def one_vendor(**changed: object) -> Stage:
    stage = Stage(plan(integration(1, **changed)))
    stage.well(10, 0, 1)
    return stage


def test_three_failures_open_an_incident_that_began_at_the_edge_before_the_first() -> None:
    stage = one_vendor()
    stage.fail(10, 60)
    row = stage.incident
    assert (row.started_ms, row.opened_ms) == (ms(30), ms(100) + 100)
    assert (row.kind, row.status, row.cause, row.checks) == (IncidentKind.VENDOR, Status.DOWN, Cause.SERVER_ERROR, (10,))
    assert row.title == "API answers 503"


def test_two_failures_open_nothing() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=2)
    stage.well(10, 120)
    assert not stage.incidents
    assert not stage.alerts


def test_an_incident_ends_at_the_edge_before_the_first_success_of_the_run_that_closed_it() -> None:
    stage = one_vendor()
    stage.fail(10, 60)
    stage.feed([result(10, 160), result(10, 180, Cause.SERVER_ERROR), result(10, 240), result(10, 260)])
    row = stage.incident
    assert (row.resolved_ms, row.closed_as) == (ms(210), "recovered")
    assert row.closed_ms == ms(260) + 100
    assert not stage.memory.incidents


def test_the_timeline_tells_it_in_plain_sentences() -> None:
    stage = one_vendor()
    stage.fail(10, 60)
    stage.well(10, 160)
    assert [(event.kind, event.text) for event in stage.events] == [
        ("last_good", "Last good answer of API"),
        ("first_failure", "API answers 503"),
        ("opened", "Incident opened: 3 failures in a row"),
        ("verdict", "Verdict: theirs, likely. No page of Vendor1 is read."),
        ("resolved", "Up again after 1 min: 2 good answers in a row"),
    ]
    assert [event.at_ms for event in stage.events[:2]] == [ms(0), ms(60)]


def test_opening_and_end_are_told_once_each_in_the_channels_of_the_integration() -> None:
    stage = one_vendor(channels=("pay", "mail"))
    stage.fail(10, 60)
    stage.well(10, 160)
    said = [(row.channel, row.kind) for row in stage.alerts]
    assert said == [
        ("pay", AlertKind.OPENED), ("mail", AlertKind.OPENED), ("pay", AlertKind.RESOLVED), ("mail", AlertKind.RESOLVED),
    ]  # fmt: skip


def test_an_integration_without_channels_speaks_in_the_default_one() -> None:
    stage = one_vendor()
    stage.fail(10, 60)
    assert [row.channel for row in stage.alerts] == ["ops"]


def test_severity_is_criticality_and_status() -> None:
    stage = one_vendor(criticality=Criticality.HIGH)
    stage.fail(10, 60)
    assert stage.incident.severity == 1
    assert stage.alerts[0].severity == 1


def test_a_check_that_does_not_count_opens_no_incident() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    stage.well(11, 0, 1)
    stage.fail(11, 60)
    assert not stage.incidents


def test_a_further_check_joins_and_the_incident_closes_with_the_last_one() -> None:
    stage = Stage(plan(integration(1, api(1), api(1, id=12, slug="read", name="Read"))))
    stage.feed([result(10, 0), result(12, 1)])
    stage.fail(10, 60)
    stage.fail(12, 130)
    assert stage.incident.checks == (10, 12)
    assert stage.said("joined") == ["Read fails too"]
    stage.well(10, 200)
    assert stage.said("recovered") == ["API is well again"]
    assert stage.incident.closed_ms is None
    stage.well(12, 240)
    assert stage.incident.resolved_ms == ms(205)
    assert stage.told() == [AlertKind.OPENED, AlertKind.UPDATED, AlertKind.RESOLVED]


def test_slow_answers_open_an_incident_of_their_own_kind() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=5, cause=Cause.SLOW)
    assert (stage.incident.status, stage.incident.severity) == (Status.DEGRADED, 3)
    assert stage.said("opened") == ["Incident opened: 5 slow answers in a row"]
    stage.well(10, 200, 3)
    assert stage.incident.closed_as == "recovered"


def test_slow_that_becomes_down_is_worse_and_rings_again() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=5, cause=Cause.SLOW)
    stage.fail(10, 180)
    row = stage.incident
    assert (row.status, row.severity, row.cause) == (Status.DOWN, 2, Cause.SERVER_ERROR)
    assert stage.said("worse") == ["Worse: API answers 503"]
    assert stage.told() == [AlertKind.OPENED, AlertKind.UPDATED, AlertKind.REMINDER]


def test_an_incident_closes_only_when_both_machines_are_closed() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=5, cause=Cause.SLOW)
    stage.fail(10, 180)
    stage.feed([result(10, at) for at in (300, 320)])
    assert stage.incident.closed_ms is None
    stage.feed([result(10, 340)])
    assert stage.incident.closed_ms is not None


def test_one_answer_that_closes_both_machines_ends_the_incident_at_the_later_edge() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=5, cause=Cause.SLOW)
    stage.well(10, 160, 1)
    stage.fail(10, 180)
    stage.well(10, 240)
    assert (stage.incident.closed_ms, stage.incident.resolved_ms) == (ms(260) + 100, ms(230))


def test_an_incident_ends_where_the_last_of_its_checks_came_back_whichever_was_confirmed_last() -> None:
    stage = Stage(plan(integration(1, api(1), api(1, id=12, slug="read", name="Read"))))
    stage.feed([result(10, 0), result(12, 1)])
    stage.fail(10, 60)
    stage.fail(12, 61)
    stage.feed([result(10, 140), result(12, 160), result(12, 180), result(10, 190)])
    assert stage.incident.checks == (10, 12)
    assert stage.incident.resolved_ms == ms(130.5)


def test_what_opens_and_gets_worse_in_one_commit_rings_once() -> None:
    stage = one_vendor()
    batch = [result(10, 60 + 20 * n, Cause.SLOW) for n in range(5)] + [result(10, 180 + 20 * n, Cause.SERVER_ERROR) for n in range(3)]
    stage.take(*judge(stage.memory, batch, ms(230)))
    assert stage.incident.status is Status.DOWN
    assert stage.told() == [AlertKind.OPENED, AlertKind.UPDATED]


def test_an_incident_is_no_less_severe_than_it_was() -> None:
    checks = api(1), api(1, id=12, slug="read", name="Read")
    stage = Stage(plan(integration(1, *checks, criticality=Criticality.HIGH)))
    stage.feed([result(10, 0), result(12, 1)])
    stage.fail(10, 60)
    stage.replan(plan(integration(1, *checks, criticality=Criticality.LOW)), 110)
    stage.fail(12, 120)
    assert (stage.incident.checks, stage.incident.severity) == ((10, 12), 1)


def test_manual_runs_are_recorded_and_never_counted() -> None:
    stage = one_vendor()
    ledger = stage.feed([result(10, at, Cause.SERVER_ERROR, manual=True) for at in (60, 80, 100, 120)])
    assert len(ledger.results) == 4
    assert not stage.incidents
    assert [row.cause for row in stage.spans.values()] == [None, Cause.SERVER_ERROR]


def test_in_maintenance_results_make_spans_and_nothing_else() -> None:
    stage = Stage(plan(integration(1), maintenance=(window(50, 110, 1),)))
    stage.well(10, 0, 1)
    stage.fail(10, 60)
    assert not stage.incidents
    stage.fail(10, 120, count=2)
    assert not stage.incidents
    stage.fail(10, 160, count=1)
    assert stage.incident.started_ms == ms(110)


def test_a_refused_key_is_down_and_ours() -> None:
    stage = one_vendor()
    stage.fail(10, 60, cause=Cause.AUTH)
    assert stage.incident.status is Status.DOWN
    assert stage.incident.verdict is not None
    assert (stage.incident.verdict.party, stage.incident.verdict.rule) == (Party.OURS, 3)
    assert stage.said("verdict") == ["Verdict: ours. The key is refused. Not counted against Vendor1."]


def test_two_unrelated_keys_of_one_vendor_refused_are_theirs() -> None:
    first = integration(1, keys=("env:A",))
    second = integration(2, provider="vendor1", keys=("env:B",))
    stage = Stage(plan(first, second))
    stage.feed([result(10, 0), result(20, 1)])
    stage.fail(20, 50, count=1, cause=Cause.AUTH)
    stage.fail(10, 60, cause=Cause.AUTH)
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.rule == 2


def test_the_same_key_refused_twice_is_still_ours() -> None:
    stage = Stage(plan(integration(1, keys=("env:A",)), integration(2, provider="vendor1", keys=("env:A", "env:C"))))
    stage.feed([result(10, 0), result(20, 1)])
    stage.fail(20, 50, count=1, cause=Cause.AUTH)
    stage.fail(10, 60, cause=Cause.AUTH)
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.rule == 3


def test_what_never_worked_is_our_configuration() -> None:
    stage = Stage(plan(integration(1)))
    stage.fail(10, 60, cause=Cause.DNS, canaries=answering(61))
    assert stage.incident.verdict is not None
    assert (stage.incident.verdict.rule, stage.incident.verdict.headline) == (10, "The check has not worked yet.")


def test_a_check_that_was_changed_and_not_seen_working_since_is_our_configuration() -> None:
    stage = one_vendor()
    stage.replan(plan(integration(1, api(1, configured_at_ms=ms(30)))), 30)
    stage.fail(10, 60, cause=Cause.CONTRACT)
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.rule == 10


def test_a_page_that_turns_red_acknowledges_and_stays_so() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    stage.feed([result(10, 0), reading(11, 1, PageStatus.GREEN)])
    stage.fail(10, 60)
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.headline == "Not acknowledged by Vendor1."
    stage.feed([reading(11, 110, PageStatus.RED, "Investigating")])
    assert (stage.incident.verdict.rule, stage.incident.verdict.confidence) == (12, Confidence.HIGH)
    assert stage.said("page") == ["Vendor1’s page says it has trouble"]
    assert stage.told() == [AlertKind.OPENED, AlertKind.UPDATED]
    stage.feed([reading(11, 170, PageStatus.GREEN), result(10, 180, Cause.SERVER_ERROR)])
    assert (stage.incident.verdict.rule, stage.incident.verdict.acknowledged) == (12, True)


def test_a_page_read_more_than_ten_minutes_ago_is_silent() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    stage.feed([reading(11, 0, PageStatus.GREEN), result(10, 660)])
    stage.fail(10, 700)
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.headline == "Vendor1’s page was not read lately."


def test_a_red_page_while_the_probe_is_fine_is_no_failure() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    stage.feed([reading(11, 0, PageStatus.RED), result(10, 1)])
    assert not stage.incidents
    assert stage.memory.lines[11, 1].status is Status.UP


def test_a_verdict_belongs_to_one_stretch_and_vendor_causes_make_one() -> None:
    stage = one_vendor()
    stage.feed([result(10, 60, Cause.SERVER_ERROR), result(10, 80, Cause.TIMEOUT), result(10, 100, Cause.SLOW), result(10, 120)])
    (row,) = stage.verdicts.values()
    assert (row.start_ms, row.end_ms, row.incident) == (ms(30), ms(110), None)


def test_another_kind_of_cause_begins_another_stretch() -> None:
    stage = one_vendor()
    stage.feed([result(10, 60, Cause.SERVER_ERROR), result(10, 80, Cause.AUTH), result(10, 100, Cause.AUTH)])
    first, second = stage.verdicts.values()
    assert (first.end_ms, second.start_ms) == (ms(70), ms(70))
    assert (first.verdict.party, second.verdict.party) == (Party.THEIRS, Party.OURS)
    assert {row.incident for row in stage.verdicts.values()} == {stage.incident.id}


def test_unknown_results_recompute_nothing_and_end_no_stretch() -> None:
    stage = one_vendor()
    stage.fail(10, 60)
    before = stage.verdicts
    stage.feed([result(10, 160, Cause.INTERNAL)])
    assert stage.verdicts == before
    stage.feed([result(10, 180, Cause.SERVER_ERROR)])
    (row,) = stage.verdicts.values()
    assert row.verdict.tries == 4


def test_the_incident_shows_the_party_with_most_bad_time() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=4)
    stage.feed([result(10, 150, Cause.AUTH)])
    assert stage.incident.verdict is not None
    assert stage.incident.verdict.party is Party.THEIRS
    stage.feed([result(10, 400, Cause.AUTH)])
    assert stage.incident.verdict.party is Party.OURS
    assert stage.said("verdict")[-1].startswith("Verdict: ours.")


def test_k_unknowns_of_our_own_making_are_an_incident_for_the_owner_and_never_a_vendors() -> None:
    stage = one_vendor()
    stage.fail(10, 60, cause=Cause.CONFIG)
    row = stage.incident
    assert (row.kind, row.status) == (IncidentKind.SELF, Status.UNKNOWN)
    assert row.verdict is not None
    assert row.verdict.rule == 1
    assert not stage.verdicts
    stage.well(10, 160)
    assert stage.incident.closed_as == "recovered"
    assert stage.told() == [AlertKind.OPENED, AlertKind.RESOLVED]


def test_unknowns_of_our_network_are_no_incident() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=9, cause=Cause.OBSERVER)
    assert not stage.incidents


def test_two_of_three_places_make_it_down_and_one_makes_it_degraded() -> None:
    stage = Stage(plan(integration(1, api(1, locations=(1, 2, 3)))))
    stage.feed([result(10, 0, location=place) for place in (1, 2, 3)])
    stage.feed([result(10, 60 + 20 * n, Cause.CONNECT, location=2) for n in range(3)], answering(61))
    assert stage.incident.status is Status.DEGRADED
    assert stage.incident.verdict is not None
    assert (stage.incident.verdict.rule, stage.incident.verdict.headline) == (9, "Only from Frankfurt; 2 other places are fine.")
    stage.feed([result(10, 120 + 20 * n, Cause.CONNECT, location=3) for n in range(3)], answering(121))
    assert stage.incident.status is Status.DOWN


def test_a_result_older_than_what_was_judged_is_recorded_and_judged_no_more() -> None:
    stage = one_vendor()
    before = stage.memory.lines[10, 1]
    ledger = stage.feed([result(10, -30, Cause.SERVER_ERROR), result(10, 0, Cause.SERVER_ERROR)])
    assert len(ledger.results) == 2
    assert stage.memory.lines[10, 1] == before


def test_a_result_of_a_check_that_is_gone_is_recorded() -> None:
    ledger = one_vendor().feed([result(99, 5)])
    assert len(ledger.results) == 1
    assert not ledger.states


def test_a_failed_commit_leaves_the_old_memory_as_it_was() -> None:
    stage = one_vendor()
    stage.fail(10, 60, count=2)
    memory, copy = stage.memory, stage.memory.copy()
    stage.fail(10, 100, count=1)
    assert stage.incidents
    assert memory == copy
    assert not memory.incidents


def test_the_vendors_words_stand_in_the_timeline_as_detail() -> None:
    stage = one_vendor()
    outcome = Outcome(Cause.SERVER_ERROR, 503, "The server failed (503). It says: “<b>sorry</b>”")
    stage.feed([result(10, at, Cause.SERVER_ERROR, outcome=outcome) for at in (60, 80, 100)])
    first = next(event for event in stage.events if event.kind == "first_failure")
    assert (first.text, first.detail) == ("API answers 503", outcome.detail)


def test_now_is_the_commit_when_it_is_given() -> None:
    stage = one_vendor()
    ledger, _ = judge(stage.memory, [result(10, at, Cause.SERVER_ERROR) for at in (60, 80, 100)], START_MS + 101_000)
    assert ledger.incidents[0].opened_ms == START_MS + 101_000
    assert ledger.alerts[0].created_ms == START_MS + 101_000
