"""What people ask: acknowledge, note, silence, maintenance, run now."""

from __future__ import annotations

import pytest

from core.health import Cause
from core.ledger import AlertKind, Answer, Ledger, WindowKind
from scheduler.judging.answers import ran
from tests.scheduler.stage import Stage, integration, ms, plan, result, window


def failing(**changed: object) -> Stage:
    stage = Stage(plan(integration(1, **changed), integration(2)))
    stage.feed([result(10, 0), result(20, 1)])
    stage.fail(10, 60)
    return stage


def answer(ledger: Ledger) -> Answer:
    (one,) = ledger.answers
    return one


def test_acknowledging_says_who_is_on_it_and_edits_the_message() -> None:
    stage = failing()
    ledger = stage.ask("acknowledge", 200, incident=1)
    assert (stage.incident.acknowledged_by, stage.incident.acknowledged_ms) == ("Mara", ms(200))
    assert [(event.text, event.by) for event in ledger.events] == [("On it", "Mara")]
    assert [alert.kind for alert in ledger.alerts] == [AlertKind.UPDATED]
    assert (answer(ledger).ok, answer(ledger).text) == (True, "Mara is on it.")


def test_a_second_acknowledgement_changes_nothing() -> None:
    stage = failing()
    stage.ask("acknowledge", 200, incident=1)
    ledger = stage.ask("acknowledge", 210, incident=1)
    assert not ledger.events
    assert answer(ledger).text == "Mara is on it already."


def test_acknowledging_stops_reminders_and_never_measuring() -> None:
    stage = failing()
    stage.ask("acknowledge", 200, incident=1)
    stage.tick(9_000)
    assert AlertKind.REMINDER not in stage.told()
    stage.well(10, 9_100)
    assert stage.incident.closed_as == "recovered"


def test_whoever_is_on_it_is_not_called_again_when_it_gets_worse() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    stage.fail(10, 60, count=5, cause=Cause.SLOW)
    stage.ask("acknowledge", 170, incident=1)
    stage.fail(10, 180)
    assert stage.said("worse") == ["Worse: API answers 503"]
    assert stage.told() == [AlertKind.OPENED, AlertKind.UPDATED, AlertKind.UPDATED]


def test_a_note_is_a_line_of_the_timeline() -> None:
    ledger = failing().ask("note", 200, incident=1, text="  called them  ")
    assert [(event.kind, event.text, event.by) for event in ledger.events] == [("note", "called them", "Mara")]
    assert [alert.kind for alert in ledger.alerts] == [AlertKind.UPDATED]


def test_a_note_may_be_added_to_an_incident_that_is_over() -> None:
    stage = failing()
    stage.well(10, 160)
    ledger = stage.ask("note", 900, incident=1, text="it was their deploy")
    assert answer(ledger).ok
    assert not ledger.alerts


def test_a_silence_stops_openings_and_reminders_and_not_the_end() -> None:
    stage = failing()
    ledger = stage.ask("silence", 110, integrations=[1], start_ms=ms(110), end_ms=ms(7_310), reason="known")
    (row,) = ledger.windows
    assert (row.kind, row.integrations, row.reason, row.by) == (WindowKind.SILENCE, (1,), "known", "Mara")
    assert [(event.kind, event.text, event.detail) for event in ledger.events] == [("silenced", "Silenced for 120 min", "known")]
    stage.tick(1_950)
    stage.well(10, 1_960)
    assert stage.told() == [AlertKind.OPENED, AlertKind.RESOLVED]


def test_what_opened_in_a_silence_is_told_when_the_silence_ends() -> None:
    stage = Stage(plan(integration(1), silences=(window(0, 600, 1),)))
    stage.well(10, 0, 1)
    stage.fail(10, 60)
    assert not stage.alerts
    assert [alert.kind for alert in stage.tick(601).alerts] == [AlertKind.OPENED]
    assert not stage.tick(602).alerts


def test_what_opened_and_ended_in_a_silence_is_not_told() -> None:
    stage = Stage(plan(integration(1), silences=(window(0, 600, 1),)))
    stage.well(10, 0, 1)
    stage.fail(10, 60)
    stage.well(10, 160)
    assert stage.incident.closed_as == "recovered"
    assert not stage.alerts


def test_a_silence_of_all_integrations_holds_for_each() -> None:
    stage = failing()
    stage.ask("silence", 110, integrations=None, start_ms=ms(110), end_ms=ms(600), reason="")
    stage.fail(20, 120)
    assert [alert.incident for alert in stage.alerts] == [1]


def test_maintenance_begins_to_count_at_once() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    ledger = stage.ask("maintenance", 30, integrations=[1], start_ms=ms(30), end_ms=ms(600), reason="upgrade")
    assert ledger.windows[0].kind is WindowKind.MAINTENANCE
    stage.fail(10, 60, count=9)
    assert not stage.incidents


def test_a_run_that_may_begin_is_answered_when_it_has_ended() -> None:
    stage = failing()
    assert not stage.ask("run_check", 200, checks=[10]).answers
    said = ran(stage.memory, 1, [result(10, 201, Cause.SERVER_ERROR), result(20, 201)], ms(202))
    assert (said.ok, said.text) == (True, "API: down, server error. API: up in 100 ms")
    assert said.body["results"][0] == {"check": 10, "location": 1, "at_ms": ms(201), "status": "down"}


def test_one_manual_run_per_retry_gap_and_check() -> None:
    stage = failing()
    stage.ask("run_check", 200, checks=[10])
    assert not answer(stage.ask("run_check", 210, checks=[10])).ok
    assert not stage.ask("run_check", 210, checks=[20]).answers
    assert not stage.ask("run_check", 220, checks=[10]).answers


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("acknowledge", {"incident": 9}),
        ("acknowledge", {}),
        ("acknowledge", {"incident": "1"}),
        ("note", {"incident": 1, "text": " "}),
        ("note", {"incident": 7, "text": "x"}),
        ("note", {"incident": 1, "text": 5}),
        ("silence", {"integrations": [1], "start_ms": 5, "end_ms": 4}),
        ("silence", {"integrations": [99], "start_ms": ms(0), "end_ms": ms(900)}),
        ("silence", {"integrations": "all", "start_ms": ms(0), "end_ms": ms(900)}),
        ("maintenance", {"integrations": [1], "start_ms": ms(0), "end_ms": ms(40 * 86_400)}),
        ("maintenance", {"integrations": [1], "start_ms": ms(0), "end_ms": ms(10)}),
        ("run_check", {"checks": [99]}),
        ("run_check", {"checks": 10}),
        ("launch", {}),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_sentence(kind: str, body: dict[str, object]) -> None:
    stage = failing()
    before = stage.memory.incidents
    ledger = stage.ask(kind, 200, **body)
    assert not answer(ledger).ok
    assert answer(ledger).text.endswith(".")
    assert not any((ledger.events, ledger.windows, ledger.alerts))
    assert stage.memory.incidents == before


def test_a_name_that_nobody_typed_is_somebody() -> None:
    from scheduler.judge import apply
    from tests.scheduler.stage import Request

    stage = failing()
    stage.take(*apply(stage.memory, Request("acknowledge", {"incident": 1}, by=None), ms(200)))
    assert stage.incident.acknowledged_by == "somebody"
