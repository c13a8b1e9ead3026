"""One outage of many spends many budgets: the group says which burn fast, and nobody is told of each beside it."""

from __future__ import annotations

from collections.abc import Iterable

from core.health import Cause
from core.ledger import AlertKind, IncidentKind
from core.plan import Criticality
from scheduler.judge import BudgetFigures
from scheduler.judging.burning import FOLLOW_MS, PATIENCE_MS
from tests.scheduler.stage import Stage, answering, integration, plan, result, window
from tests.scheduler.test_judging_many import fail_together, vendors

OUT = range(1, 9)


def figures(number: int, threshold: int = 0, *, burns: bool = True, burn: float = 15.2) -> BudgetFigures:
    return BudgetFigures(number, "2026-11", "November", threshold, 30_000, 43_000, burns_fast=burns, burn=burn, failures=4)


def every(numbers: Iterable[int] = OUT, threshold: int = 0, *, burns: bool = True) -> list[BudgetFigures]:
    return [figures(number, threshold, burns=burns) for number in numbers]


def path_is_out(*members: int, tries: int = 3) -> Stage:
    """Ten vendors, of which eight fail by the path from second 60 on."""
    stage = vendors(10)
    fail_together(stage, members or OUT, 60, Cause.TIMEOUT, answering(61), tries)
    return stage


def burns_told(stage: Stage) -> list[list[str]]:
    """The names in each message about budgets that burn fast which is no group's."""
    alerts = [alert.body for alert in stage.alerts if alert.kind is AlertKind.FAST_BURN and alert.incident is None]
    return [[one["name"] for one in body.get("several", [body])] for body in alerts]


def test_members_of_a_group_burn_in_one_line_of_it_and_in_no_message_of_their_own() -> None:
    stage = path_is_out()
    ledger = stage.tick(130, every())
    (group,) = stage.of(IncidentKind.GROUP)
    assert burns_told(stage) == []
    (line,) = ledger.events
    assert (line.incident, line.kind, line.text) == (group.id, "budget", "Error budgets burn fast")
    assert line.detail == ", ".join(f"Vendor{number} 15x" for number in OUT)
    assert [(alert.incident, alert.kind) for alert in ledger.alerts] == [(group.id, AlertKind.FAST_BURN)]
    assert stage.told(group.id).count(AlertKind.OPENED) == 1


def test_an_acknowledged_group_says_once_in_each_of_its_channels_that_its_members_burn() -> None:
    stage = Stage(plan(*(integration(number, channels=("ops", "pay") if number == 3 else ("ops",)) for number in range(1, 11))))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, OUT, 60, Cause.TIMEOUT, answering(61))
    (group,) = stage.of(IncidentKind.GROUP)
    stage.ask("acknowledge", 120, incident=group.id, by="Ana")
    assert stage.incidents[group.id].acknowledged_ms is not None
    said = stage.tick(130, every()).alerts
    assert [(alert.incident, alert.channel, alert.kind) for alert in said] == [
        (group.id, name, AlertKind.FAST_BURN) for name in ("ops", "pay")
    ]


def test_a_channel_whose_members_are_all_silenced_is_not_called() -> None:
    members = [integration(number, channels=("pay",) if number == 3 else ("ops",)) for number in range(1, 11)]
    stage = Stage(plan(*members, silences=(window(125, 1_000, 3),)))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, OUT, 60, Cause.TIMEOUT, answering(61))
    said = {(alert.channel, alert.kind) for alert in stage.tick(130, every()).alerts}
    assert said == {("ops", AlertKind.FAST_BURN), ("pay", AlertKind.UPDATED)}


def test_the_end_of_a_burn_is_a_line_of_its_group_that_calls_nobody_also_over_a_restart_and_after_its_own_incident() -> None:
    stage = path_is_out()
    stage.tick(130, every())
    stage.well(10, 140)
    (group,) = stage.of(IncidentKind.GROUP)
    again = stage.restarted()
    ledger = again.tick(190, [figures(1, burns=False, burn=2.4), *every(range(2, 9))])
    (line,) = ledger.events
    assert (line.incident, line.kind, line.text, line.detail) == (group.id, "budget_over", "Error budget burns fast no more", "Vendor1 2x")
    assert [(alert.incident, alert.kind) for alert in ledger.alerts] == [(group.id, AlertKind.UPDATED)]
    assert again.tick(220, [figures(1, burns=False), *every(range(2, 9))]).events == []


def test_the_end_of_a_burn_that_the_group_did_not_tell_is_no_line_of_it() -> None:
    stage = path_is_out()
    stage.tick(130, every([1, 9]))
    assert [line.detail for line in stage.tick(160, [figures(1), figures(9, burns=False)]).events] == []


def test_the_group_says_it_once_while_it_lasts_and_over_a_restart() -> None:
    stage = path_is_out()
    stage.tick(130, every())
    again = stage.restarted()
    for at in (160, 190):
        ledger = again.tick(at, every())
        assert (ledger.events, ledger.alerts) == ([], [])


def test_a_member_that_burns_later_has_a_line_of_its_own() -> None:
    stage = path_is_out()
    stage.tick(130, every(range(1, 8)))
    ledger = stage.tick(160, every())
    assert [(event.text, event.detail) for event in ledger.events] == [("Error budget burns fast", "Vendor8 15x")]


def called(stage: Stage) -> int:
    """How often a channel that edits nothing hears of the group's burns."""
    (group,) = stage.of(IncidentKind.GROUP)
    return stage.told(group.id).count(AlertKind.FAST_BURN)


def test_however_many_looks_it_takes_an_outage_calls_for_its_burns_once_and_once_more_for_those_that_came_later() -> None:
    stage = path_is_out()
    for look in range(1, 9):
        stage.tick(100 + 30 * look, every(range(1, look + 1)))
    assert called(stage) == 1
    assert len(stage.said("budget")) == 8
    follow_s = 130 + FOLLOW_MS / 1000
    stage.tick(follow_s - 1, every())
    assert called(stage) == 1
    stage.tick(follow_s, every())
    assert called(stage) == 2
    for at in range(1, 20):
        stage.tick(follow_s + 30 * at, every(burns=at % 2 == 0))
    assert called(stage) == 2


def test_a_channel_whose_silence_ends_after_that_is_called_for_what_burns_in_it() -> None:
    members = [integration(number, channels=("pay",) if number == 3 else ("ops",)) for number in range(1, 11)]
    follow_s = 130 + FOLLOW_MS / 1000
    stage = Stage(plan(*members, silences=(window(125, follow_s + 20, 3),)))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, OUT, 60, Cause.TIMEOUT, answering(61))
    for at_s, burn in ((130, range(1, 3)), (160, OUT), (follow_s, OUT), (follow_s + 30, OUT), (follow_s + 60, OUT)):
        stage.tick(at_s, every(burn))
    said = [alert.channel for alert in stage.alerts if alert.kind is AlertKind.FAST_BURN]
    assert said == ["ops", "ops", "pay"]


def test_no_more_is_said_where_nobody_else_began_to_burn_or_all_is_out() -> None:
    first = path_is_out()
    for look in range(20):
        first.tick(130 + 30 * look, every())
    assert called(first) == 1
    out = path_is_out()
    out.tick(130, every([1]))
    out.tick(160, every())
    for look in range(20):
        out.tick(190 + 30 * look, every(burns=False))
    assert called(out) == 1


def test_after_a_restart_a_group_that_called_does_not_begin_anew() -> None:
    stage = path_is_out()
    stage.tick(130, every([1, 2]))
    again = stage.restarted()
    ledger = again.tick(160, every())
    assert [alert.kind for alert in ledger.alerts] == [AlertKind.UPDATED]
    ledger = again.tick(160 + FOLLOW_MS / 1000, every())
    assert [alert.kind for alert in ledger.alerts] == [AlertKind.FAST_BURN]


def test_what_burns_fastest_stands_first() -> None:
    stage = path_is_out()
    (line,) = stage.tick(130, [figures(1, burn=6.4), figures(2, burn=99.5)]).events
    assert line.detail == "Vendor2 100x, Vendor1 6x"


def test_what_burns_beside_the_group_is_told_beside_it() -> None:
    stage = path_is_out()
    stage.tick(130, every([1, 2, 9]))
    assert burns_told(stage) == [["Vendor9"]]


def test_after_the_group_is_over_the_same_fire_is_not_told_and_the_next_one_is() -> None:
    stage = path_is_out()
    stage.tick(130, every())
    for number in OUT:
        stage.well(number * 10, 140 + number)
    assert stage.of(IncidentKind.GROUP)[0].closed_ms is not None
    stage.tick(200, every())
    assert burns_told(stage) == []
    stage.tick(230, every(burns=False))
    stage.tick(3_000, every([3]))
    assert burns_told(stage) == [["Vendor3"]]


def test_a_silenced_member_is_named_when_its_silence_is_over() -> None:
    stage = Stage(plan(*(integration(number) for number in range(1, 11)), silences=(window(0, 150, 8),)))
    stage.feed([result(number * 10, number) for number in range(1, 11)])
    fail_together(stage, OUT, 60, Cause.TIMEOUT, answering(61))
    (line,) = stage.tick(130, every()).events
    assert "Vendor8" not in line.detail
    assert [event.detail for event in stage.tick(160, every()).events] == ["Vendor8 15x"]


def test_a_fire_whose_failure_is_not_confirmed_yet_waits_for_its_group() -> None:
    stage = path_is_out(tries=2)
    assert not stage.tick(100, every()).alerts
    for number in OUT:
        stage.feed([result(number * 10, 100 + number, Cause.TIMEOUT)], answering(101))
    stage.tick(130, every())
    assert burns_told(stage) == []
    assert len(stage.said("budget")) == 1


def test_a_fire_of_an_incident_that_may_still_join_a_group_waits_for_that_minute() -> None:
    stage = vendors(10)
    fail_together(stage, [1], 60, Cause.TIMEOUT, answering(61))
    assert not stage.tick(110, every([1])).alerts
    fail_together(stage, range(2, 9), 90, Cause.TIMEOUT, answering(91))
    stage.tick(150, every())
    assert burns_told(stage) == []
    assert "Vendor1 15x" in stage.events[-1].detail


def test_one_vendor_alone_burns_beside_its_own_incident() -> None:
    stage = vendors(10)
    fail_together(stage, [1], 60, Cause.SERVER_ERROR)
    for at in (110, 140, 170, 200):
        stage.tick(at, every([1]))
    assert burns_told(stage) == [["Vendor1"]]
    assert stage.told(stage.incident.id) == [AlertKind.OPENED]


def test_no_fire_waits_for_ever() -> None:
    """A vendor that asks us to come back in an hour leaves its failure unconfirmed for as long."""
    stage = vendors(10)
    stage.feed([result(10, 60, Cause.QUOTA)])
    stage.tick(100, every([1]))
    assert burns_told(stage) == []
    stage.tick(100 + PATIENCE_MS / 1000, every([1]))
    assert burns_told(stage) == [["Vendor1"]]


def test_a_fire_that_is_out_before_it_was_told_is_not_told() -> None:
    stage = path_is_out(tries=2)
    stage.tick(100, every())
    for number in OUT:
        stage.well(number * 10, 120 + number, 1)
    stage.tick(130, every(burns=False))
    assert not stage.alerts


def test_several_that_burn_at_the_same_look_are_one_message() -> None:
    stage = vendors(10)
    stage.tick(130, every([2, 5, 7]))
    assert burns_told(stage) == [["Vendor2", "Vendor5", "Vendor7"]]


def test_a_mark_that_many_budgets_pass_at_the_same_look_is_one_message_and_stays_told() -> None:
    stage = path_is_out()
    stage.tick(130, every(threshold=50))
    (mark,) = [alert for alert in stage.alerts if alert.kind is AlertKind.BUDGET]
    assert [(one["name"], one["threshold"]) for one in mark.body["several"]] == [(f"Vendor{number}", 50) for number in OUT]


def test_each_mark_and_each_channel_has_a_message_of_its_own_as_urgent_as_its_worst() -> None:
    both = integration(1, channels=("ops", "pay"), criticality=Criticality.HIGH)
    stage = Stage(plan(both, integration(2), integration(3, channels=("pay",))))
    stage.tick(10, [figures(1, 50, burns=False), figures(2, 50, burns=False), figures(3, 100, burns=False)])
    said = [(alert.channel, alert.severity, [one["name"] for one in alert.body.get("several", [alert.body])]) for alert in stage.alerts]
    assert said == [("ops", 2, ["Vendor1", "Vendor2"]), ("pay", 2, ["Vendor1"]), ("pay", 2, ["Vendor3"])]
