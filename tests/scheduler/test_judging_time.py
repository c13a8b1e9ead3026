"""What time alone brings, and what is left after a restart or a change of plan."""

from __future__ import annotations

import pytest

from core.health import Cause, Outcome, PageStatus, Quota, Status
from core.ledger import AlertKind, IncidentKind
from core.plan import Criticality
from scheduler.judge import BudgetFigures, JudgeSettings
from scheduler.replay import merged
from tests.scheduler.stage import SETTINGS, Stage, api, integration, ms, page, plan, reading, result, window

HOUR = 3_600


def failing() -> Stage:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    stage.fail(10, 60)
    return stage


def test_a_reminder_comes_every_half_hour_while_nobody_is_on_it() -> None:
    stage = failing()
    assert not stage.tick(1_899).alerts
    assert [alert.kind for alert in stage.tick(1_901).alerts] == [AlertKind.REMINDER]
    assert not stage.tick(1_902).alerts
    assert AlertKind.REMINDER in {alert.kind for alert in stage.tick(3_702).alerts}


def test_no_reminder_where_none_is_wanted() -> None:
    stage = Stage(plan(integration(1)), JudgeSettings("ops", reminder_ms=None))
    stage.well(10, 0, 1)
    stage.fail(10, 60)
    stage.tick(9_000)
    assert AlertKind.REMINDER not in stage.told()


def test_a_check_that_falls_silent_is_unknown_from_where_its_result_stopped_to_speak() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    assert not stage.tick(150).states
    (row,) = stage.tick(151).states
    assert (row.status, row.since_ms) == (Status.UNKNOWN, ms(150))
    stage.well(10, 300, 1)
    assert (stage.states[10, 1].status, stage.states[10, 1].since_ms) == (Status.UP, ms(300))


def test_all_checks_unknown_for_half_an_hour_is_lost_sight() -> None:
    stage = failing()
    stage.tick(400)
    assert stage.incident.lost_sight_ms is None
    stage.tick(100 + 150 + 1_800)
    assert stage.incident.lost_sight_ms == ms(250)
    assert stage.said("lost_sight") == ["Lost sight: none of its checks has said anything for 30 min"]
    assert AlertKind.UPDATED in stage.told()
    stage.fail(10, 2_500, count=1)
    stage.tick(2_501)
    assert stage.incident.lost_sight_ms is None
    assert stage.said("seen_again") == ["Seen again"]


def test_an_incident_unseen_for_a_day_is_closed_and_what_still_fails_opens_another() -> None:
    stage = failing()
    stage.tick(400)
    stage.tick(100 + 150 + 24 * HOUR)
    row = stage.incident
    assert (row.closed_as, row.resolved_ms) == ("not seen to recover", None)
    assert stage.told()[-1] is AlertKind.RESOLVED
    assert stage.verdicts[10, 1, ms(30)].end_ms == ms(250)
    stage.fail(10, 26 * HOUR)
    assert len(stage.incidents) == 2


def figures(threshold: int, *, period: str = "2026-11", burns: bool = False) -> BudgetFigures:
    return BudgetFigures(1, period, "November", threshold, 30_000, 43_000, burns_fast=burns, burn=15.2, failures=4)


def test_each_threshold_of_a_months_budget_is_told_once() -> None:
    stage = Stage(plan(integration(1, criticality=Criticality.HIGH)))
    for at, threshold in enumerate((0, 50, 50, 80, 100, 100, 80)):
        stage.tick(at, [figures(threshold)])
    assert [(alert.kind, alert.body["threshold"]) for alert in stage.alerts] == [(AlertKind.BUDGET, at) for at in (50, 80, 100)]
    assert stage.alerts[-1].body["path"] == "/integration?id=vendor1"
    assert [alert.severity for alert in stage.alerts] == [2, 2, 1]


def test_a_jump_over_thresholds_tells_the_highest() -> None:
    stage = Stage(plan(integration(1)))
    stage.tick(0, [figures(100)])
    assert [alert.body["threshold"] for alert in stage.alerts] == [100]


def test_a_new_month_begins_anew() -> None:
    stage = Stage(plan(integration(1)))
    stage.tick(0, [figures(50)])
    stage.tick(1, [figures(50, period="2026-12")])
    assert len(stage.alerts) == 2


def test_fast_burn_is_told_once_while_it_lasts() -> None:
    stage = Stage(plan(integration(1)))
    for at, burns in enumerate((True, True, False, True)):
        stage.tick(at, [figures(0, burns=burns)])
    assert [alert.kind for alert in stage.alerts] == [AlertKind.FAST_BURN] * 2


def test_what_was_told_of_a_budget_is_remembered_over_a_restart() -> None:
    stage = Stage(plan(integration(1)))
    stage.tick(0, [figures(80, burns=True)])
    again = stage.restarted()
    assert not again.tick(1, [figures(80, burns=True)]).alerts


def test_a_silenced_budget_alert_waits_for_the_end_of_the_silence() -> None:
    stage = Stage(plan(integration(1), silences=(window(0, 60, 1),)))
    assert not stage.tick(1, [figures(50)]).alerts
    assert len(stage.tick(61, [figures(50)]).alerts) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_restart_goes_on_where_the_last_flush_ended(count: int) -> None:
    """Whatever the run under way: the same results lead to the same incident."""
    whole = Stage(plan(integration(1)))
    whole.well(10, 0, 1)
    whole.fail(10, 60, count)
    broken = whole.restarted()
    for stage in (whole, broken):
        stage.fail(10, 60 + 20 * count, 5)
        stage.well(10, 400)
    assert broken.incidents == whole.incidents
    assert broken.spans == whole.spans
    assert broken.told() == whole.told()
    assert {key: row.verdict.rule for key, row in broken.verdicts.items()} == {key: row.verdict.rule for key, row in whole.verdicts.items()}


def test_a_calm_line_is_calm_after_a_restart() -> None:
    stage = Stage(plan(integration(1)))
    stage.feed([result(10, 60 * number) for number in range(5)])
    again = stage.restarted()
    assert again.memory.lines == stage.memory.lines
    ledger = again.feed([result(10, 300)])
    assert not ledger.states
    assert not ledger.spans


def test_the_time_the_worker_was_away_is_unknown() -> None:
    stage = Stage(plan(integration(1)))
    stage.feed([result(10, 60 * number) for number in range(5)])
    again = stage.restarted()
    again.tick(5_000)
    again.feed([result(10, 5_010)])
    assert [(row.start_ms, row.end_ms) for row in again.spans.values()] == [(ms(0), ms(390)), (ms(5_010), None)]


def test_the_vendors_page_is_remembered_over_a_restart() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    stage.feed([reading(11, 0, PageStatus.RED, "Investigating"), result(10, 1)])
    again = stage.restarted()
    again.fail(10, 60)
    assert again.incident.verdict is not None
    assert again.incident.verdict.rule == 12


def test_a_removed_check_ends_its_rows_and_closes_its_incident() -> None:
    stage = failing()
    stage.replan(plan(integration(2)), 130)
    row = stage.incident
    assert (row.closed_as, row.resolved_ms) == ("removed", None)
    assert stage.told()[-1] is AlertKind.RESOLVED
    assert [row.end_ms for row in stage.spans.values()] == [ms(30), ms(130)]
    assert all(row.end_ms is not None for row in stage.verdicts.values())
    assert not stage.memory.lines


def test_an_incident_goes_on_with_the_checks_that_are_left() -> None:
    both = integration(1, api(1), api(1, id=12, slug="read", name="Read"))
    stage = Stage(plan(both))
    stage.feed([result(10, 0), result(12, 1)])
    stage.fail(10, 60)
    stage.fail(12, 130)
    stage.replan(plan(integration(1, api(1, id=12, slug="read", name="Read"))), 200)
    assert stage.incident.checks == (12,)
    assert stage.incident.closed_ms is None
    stage.well(12, 210)
    assert stage.incident.closed_as == "recovered"


def test_a_changed_interval_is_reckoned_with_from_the_next_result() -> None:
    stage = Stage(plan(integration(1)))
    stage.well(10, 0, 1)
    stage.replan(plan(integration(1, api(1, interval_ms=300_000))), 30)
    stage.well(10, 90, 1)
    assert stage.memory.gap_ms(10) == 300_000
    stage.feed([result(10, 390)])
    assert len(stage.spans) == 1


def test_signals_are_written_when_they_change() -> None:
    stage = Stage(plan(integration(1)))
    left = [result(10, 60 * number, outcome=Outcome(quota=Quota(100 - number // 2, 1_000))) for number in range(6)]
    ledger = stage.feed(left[:2])
    assert [(row.kind, row.body["remaining"]) for row in ledger.signals] == [("quota", 100)]
    assert [row.body["remaining"] for row in stage.feed(left[2:]).signals] == [98]
    assert stage.memory.carried[10, "quota"][1]["limit"] == 1_000


def test_every_change_of_what_a_page_says_is_kept_and_its_newest_word_once() -> None:
    stage = Stage(plan(integration(1, api(1), page(1))))
    said = [
        reading(11, 0, PageStatus.GREEN),
        reading(11, 60, PageStatus.GREEN),
        reading(11, 120, PageStatus.RED, "Errors"),
        reading(11, 180, PageStatus.RED, "Errors"),
        reading(11, 240, PageStatus.RED, "A fix is on its way"),
        reading(11, 300, PageStatus.GREEN),
    ]
    ledger = merged([stage.feed(said[:3]), stage.feed(said[3:])])
    assert [(row.check, row.at_ms, row.status, row.headline) for row in ledger.pages] == [
        (11, ms(0), PageStatus.GREEN, "All systems operational"),
        (11, ms(120), PageStatus.RED, "Errors"),
        (11, ms(240), PageStatus.RED, "A fix is on its way"),
        (11, ms(300), PageStatus.GREEN, "All systems operational"),
    ]
    assert [(row.kind, row.at_ms) for row in ledger.signals] == [("page", ms(300))]
    assert stage.restarted().feed([reading(11, 360, PageStatus.GREEN)]).pages == []


def test_topics_rise_only_when_something_shown_changed() -> None:
    stage = Stage(plan(integration(1)))
    assert stage.well(10, 0, 1).topics == {"wall"}
    assert stage.feed([result(10, 60)]).topics == set()
    assert stage.feed([result(10, 120, Cause.TIMEOUT)]).topics == {"wall"}
    assert not stage.tick(121).topics


def test_self_incidents_are_not_looked_for() -> None:
    stage = Stage(plan(integration(1)), SETTINGS)
    stage.fail(10, 60, cause=Cause.CONFIG)
    stage.tick(26 * HOUR)
    assert stage.incident.kind is IncidentKind.SELF
    assert stage.incident.closed_ms is None
