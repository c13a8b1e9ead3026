"""Silences and maintenance windows that end before their time: what they held back is told at once, what is over stays over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ledger import AlertKind, Answer, IncidentKind, Ledger, WindowKind, WindowRow
from scheduler.judge import end_window
from tests.scheduler.stage import Request, Stage, integration, ms, plan


def planned(kind: str, start_s: float, end_s: float, which: list[int] | None, stage: Stage) -> WindowRow:
    """Made by somebody at `start_s`, and as storage hands it out."""
    made = stage.ask(kind, min(start_s, 30), integrations=which, start_ms=ms(start_s), end_ms=ms(end_s), reason="known")
    return replace(made.windows[0], id=7)


def ended(stage: Stage, row: WindowRow | None, at_s: float, by: str = "Jo") -> Ledger:
    return stage.take(*end_window(stage.memory, Request("end_window", {"window": 7}, by=by), row, ms(at_s)))


def said(ledger: Ledger) -> tuple[bool, str]:
    (one,) = ledger.answers
    assert isinstance(one, Answer)
    return one.ok, one.text


def quiet(*, silence: list[int] | None) -> tuple[Stage, WindowRow]:
    """Vendor 1 is down, and nobody was told: a silence lies over it from 30 to 600."""
    stage = Stage(plan(integration(1), integration(2)))
    stage.well(10, 0, 1)
    stage.well(20, 0, 1)
    row = planned("silence", 30, 600, silence, stage)
    stage.fail(10, 60)
    assert not stage.alerts
    return stage, row


@pytest.mark.parametrize("silence", [[1], [1, 2], None])
def test_what_a_silence_held_back_is_told_when_it_is_ended(silence: list[int] | None) -> None:
    stage, row = quiet(silence=silence)
    ledger = ended(stage, row, 200)
    assert said(ledger) == (True, "Ended: alerts are told again.")
    assert ledger.windows == [replace(row, end_ms=ms(200))]
    assert [(alert.incident, alert.kind) for alert in ledger.alerts] == [(1, AlertKind.OPENED)]
    assert [(event.kind, event.text, event.by) for event in ledger.events] == [("silenced", "Silence ended early", "Jo")]
    assert {"wall", "system"} <= ledger.topics
    assert not stage.tick(201).alerts


def test_what_opens_after_its_end_is_told_at_once() -> None:
    stage, row = quiet(silence=None)
    ended(stage, row, 200)
    stage.fail(20, 220)
    assert stage.told(2) == [AlertKind.OPENED]


def test_who_was_told_before_a_silence_is_not_told_again_at_its_end() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    stage.fail(10, 20)
    row = replace(stage.ask("silence", 100, integrations=[1], start_ms=ms(100), end_ms=ms(600)).windows[0], id=7)
    assert not ended(stage, row, 200).alerts
    assert stage.told() == [AlertKind.OPENED]


def test_an_incident_that_was_over_before_the_silence_was_ended_is_not_told() -> None:
    stage, row = quiet(silence=[1])
    stage.well(10, 120)
    ledger = ended(stage, row, 200)
    assert said(ledger)[0]
    assert not stage.alerts
    assert not ledger.events


def test_a_group_speaks_for_its_members_when_a_silence_of_all_is_ended() -> None:
    stage = Stage(plan(*(integration(number) for number in range(1, 7))))
    for number in range(1, 7):
        stage.well(number * 10, 0, 1)
    row = planned("silence", 30, 600, None, stage)
    for number in range(1, 7):
        stage.fail(number * 10, 60 + number)
    (group,) = stage.of(IncidentKind.GROUP)
    assert not stage.alerts
    told = ended(stage, row, 300).alerts
    single = [one.id for one in stage.of(IncidentKind.VENDOR) if one.group is None]
    assert sorted(alert.incident or 0 for alert in told) == sorted([group.id, *single])


def test_maintenance_that_is_ended_counts_failures_from_then_on() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    row = planned("maintenance", 30, 6_000, [1], stage)
    stage.fail(10, 60, count=4)
    ledger = ended(stage, row, 200)
    assert said(ledger) == (True, "Ended: time counts and alerts are told again.")
    assert not ledger.alerts
    stage.fail(10, 220)
    assert stage.told() == [AlertKind.OPENED]
    assert stage.incident.started_ms > ms(120), "no failure within it opened it"


def test_a_result_from_within_an_ended_maintenance_that_comes_late_is_maintenance_still() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    row = planned("maintenance", 30, 6_000, [1], stage)
    ended(stage, row, 200)
    stage.fail(10, 120)
    assert not stage.incidents


def test_a_window_that_has_not_begun_is_cancelled() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    row = planned("maintenance", 300, 900, [1], stage)
    ledger = ended(stage, row, 200)
    assert said(ledger) == (True, "Cancelled: the maintenance window does not begin.")
    assert ledger.windows == [replace(row, end_ms=row.start_ms)]
    stage.fail(10, 320)
    assert stage.told() == [AlertKind.OPENED]


def test_another_window_over_the_same_integration_holds_on_and_is_named() -> None:
    stage, row = quiet(silence=[1])
    planned("maintenance", 30, 900, None, stage)
    ledger = ended(stage, row, 200)
    assert said(ledger) == (True, "Ended. Another window still lies over Vendor1: nothing is alerted there before that ends too.")
    assert not ledger.alerts
    assert [alert.kind for alert in stage.tick(901).alerts] == [AlertKind.OPENED]


def test_of_two_alike_one_is_ended() -> None:
    stage, row = quiet(silence=[1])
    planned("silence", 30, 600, [1], stage)
    ended(stage, row, 200)
    assert not stage.alerts
    assert said(ended(stage, row, 210)) == (True, "Ended: alerts are told again.")
    assert stage.told() == [AlertKind.OPENED]


def refused(stage: Stage, row: WindowRow | None, at_s: float) -> str:
    before = stage.memory
    ledger = ended(stage, row, at_s)
    ok, text = said(ledger)
    assert not ok
    assert not any((ledger.windows, ledger.events, ledger.alerts))
    assert stage.memory.plan is before.plan
    return text


def test_one_that_another_person_ended_a_moment_ago_is_over_already() -> None:
    stage, row = quiet(silence=[1])
    (first,) = ended(stage, row, 200, by="Mara").windows
    assert refused(stage, first, 200) == "This silence is over already."


def test_one_whose_time_is_up_in_this_very_moment_is_over_already() -> None:
    stage, row = quiet(silence=[1])
    assert refused(stage, row, 600) == "This silence is over already."
    assert [alert.kind for alert in stage.tick(600).alerts] == [AlertKind.OPENED]


def test_one_that_was_cancelled_cannot_be_cancelled_again() -> None:
    stage = Stage(plan(integration(1)))
    row = planned("maintenance", 300, 900, [1], stage)
    (cancelled,) = ended(stage, row, 200).windows
    assert refused(stage, cancelled, 210) == "This maintenance window was cancelled already."


def test_one_of_the_file_is_ended_in_the_file() -> None:
    stage = Stage(plan(integration(1)))
    row = WindowRow(WindowKind.SILENCE, ms(0), ms(600), (1,), "drill", None, "file", 7)
    assert "edit it there" in refused(stage, row, 100)
    assert "integrations.yaml" in refused(stage, row, 100)


def test_one_that_nobody_knows_is_refused() -> None:
    assert refused(Stage(plan(integration(1))), None, 100) == "There is no such silence or maintenance window."


def test_after_a_restart_a_window_the_plan_does_not_hold_is_ended_all_the_same() -> None:
    """One that begins in a month is stored, and read into the plan two weeks ahead."""
    stage = Stage(plan(integration(1)))
    row = WindowRow(WindowKind.SILENCE, ms(3_000_000), ms(3_000_600), (1,), "later", "Mara", id=7)
    assert ended(stage, row, 100).windows == [replace(row, end_ms=row.start_ms)]
