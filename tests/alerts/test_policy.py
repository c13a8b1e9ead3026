"""The rules of delivery as pure functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alerts.policy import HAND_OVER_MS, after_failure, after_success, in_trouble, retry_delay_ms, routes, severity, to_hand_over
from core.delivery import ChannelHealth, DueAlert, Parcel
from core.health import Status
from core.ledger import AlertKind
from core.plan import Criticality, IntegrationPlan
from tests.alerts.samples import NOON

CLOSED = ChannelHealth("ops")


def test_jitter_is_the_same_for_the_same_alert_and_differs_between_alerts() -> None:
    delays = [retry_delay_ms(3, number) for number in range(200)]
    assert delays == [retry_delay_ms(3, number) for number in range(200)]
    assert 96_000 <= min(delays) < 100_000
    assert 140_000 < max(delays) <= 144_000


def test_a_retry_after_is_never_undercut() -> None:
    assert retry_delay_ms(1, 1, retry_after_s=90) == 90_000
    assert retry_delay_ms(6, 1, retry_after_s=1) > 2_800_000


def test_failures_far_apart_do_not_open_a_channel() -> None:
    health = CLOSED
    for minute in range(10):
        health = after_failure(health, NOON + minute * 61_000, "500")
    assert health.opened_ms is None


def test_two_minutes_later_a_failure_is_forgotten() -> None:
    health = after_failure(after_failure(CLOSED, NOON, "500"), NOON + 60_000, "500")
    assert after_failure(health, NOON + 119_999, "500").opened_ms is not None
    assert after_failure(health, NOON + 120_000, "500").opened_ms is None


def test_three_failures_in_a_row_open_it_and_one_success_closes_it() -> None:
    health = CLOSED
    for second in range(3):
        health = after_failure(health, NOON + second * 1000, "500")
    assert health.opened_ms == NOON + 2000
    assert after_success(health, NOON + 9000).opened_ms is None


def test_a_failed_test_keeps_a_channel_open_since_it_opened() -> None:
    health = ChannelHealth("ops", opened_ms=NOON, next_test_ms=NOON + 30_000)
    again = after_failure(health, NOON + 30_000, "500")
    assert (again.opened_ms, again.next_test_ms) == (NOON, NOON + 60_000)


def parcel(**changed: Any) -> Parcel:
    """One opening that its channel could not tell once, to be tried again in 30 s."""
    alert = DueAlert(1, 1, AlertKind.OPENED, 1, created_ms=NOON, due_ms=NOON + 30_000, attempts=1, first_failed_ms=NOON)
    return Parcel("ops", 1, (replace(alert, **changed),))


def test_a_parcel_is_handed_over_in_time_to_be_told_within_two_minutes_of_its_first_failure() -> None:
    assert not in_trouble(parcel(), CLOSED, NOON)
    assert not in_trouble(parcel(due_ms=NOON + HAND_OVER_MS), CLOSED, NOON)
    assert in_trouble(parcel(due_ms=NOON + HAND_OVER_MS + 1), CLOSED, NOON)


def test_what_waited_before_its_first_try_is_not_in_trouble_for_that() -> None:
    assert not in_trouble(parcel(created_ms=NOON - 3_600_000), CLOSED, NOON)
    assert in_trouble(parcel(created_ms=NOON - 3_600_000, first_failed_ms=NOON - HAND_OVER_MS), CLOSED, NOON)


def test_an_alert_is_handed_over_once_and_never_on_or_back() -> None:
    assert to_hand_over(parcel(), fallback_told=False) == (1,)
    assert to_hand_over(parcel(handed_to="mail"), fallback_told=False) == ()
    assert to_hand_over(parcel(handed_from="pager"), fallback_told=False) == ()


@pytest.mark.parametrize(
    ("criticality", "status", "expected"),
    [
        (Criticality.HIGH, Status.DOWN, 1),
        (Criticality.HIGH, Status.DEGRADED, 2),
        (Criticality.MEDIUM, Status.DOWN, 2),
        (Criticality.LOW, Status.DOWN, 3),
        (Criticality.LOW, Status.DEGRADED, 4),
        (Criticality.LOW, Status.UP, 4),
    ],
)
def test_severity_is_criticality_times_status(criticality: Criticality, status: Status, expected: int) -> None:
    assert severity(criticality, status) == expected


def test_an_integrations_own_channels_come_before_the_default() -> None:
    plan = IntegrationPlan(1, "stripe", "Stripe", "stripe", "Stripe", "payments")
    assert routes(plan, "ops") == ("ops",)
    assert routes(plan, None) == ()
