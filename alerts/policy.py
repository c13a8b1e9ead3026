"""When to try again, when a channel is given up for the moment, who is told instead, and how urgent it is: pure."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

from alerts.message import IncidentView
from core.delivery import ChannelHealth, DueAlert, Parcel
from core.health import Status
from core.ledger import AlertKind
from core.plan import Criticality, IntegrationPlan

RETRY_S: Final = (5, 30, 120, 600, 1800)  # after the first try at once; then hourly
HOURLY_S: Final = 3600
JITTER: Final = 0.2
GIVEN_UP_MS: Final = 24 * 3_600_000
HAND_OVER_MS: Final = 110_000  # the promise is two minutes, the send itself included
BREAKER_FAILURES: Final = 3
BREAKER_WINDOW_MS: Final = 120_000
BREAKER_TEST_MS: Final = 30_000
LATE_MS: Final = 300_000  # an opening told later than this carries its timeline inside

CALLS_SOMEBODY: Final = frozenset(set(AlertKind) - {AlertKind.UPDATED, AlertKind.RESOLVED})


def retry_delay_ms(attempts: int, alert_id: int, retry_after_s: float | None = None) -> int:
    """Wait after the n-th failed delivery, +-20 % fixed by the alert's id; never less than the receiver asked for."""
    base = RETRY_S[attempts - 1] if attempts <= len(RETRY_S) else HOURLY_S
    spread = zlib.crc32(f"{alert_id}/{attempts}".encode()) / 0xFFFFFFFF * 2 - 1
    asked = 0.0 if retry_after_s is None else max(0.0, retry_after_s)
    return int(1000 * max(base * (1 + JITTER * spread), asked))


def given_up(alert: DueAlert, now_ms: int) -> bool:
    """Whether an alert is too old to be told: it becomes a dead letter."""
    return now_ms - alert.created_ms >= GIVEN_UP_MS


def after_failure(health: ChannelHealth, now_ms: int, error: str) -> ChannelHealth:
    """Three failures within two minutes open the breaker; a failed test keeps it open for another while."""
    recent = (*(at for at in health.failures_ms if now_ms - at < BREAKER_WINDOW_MS), now_ms)[-BREAKER_FAILURES:]
    opens = health.opened_ms is None and len(recent) >= BREAKER_FAILURES
    opened_ms = now_ms if opens else health.opened_ms
    next_test_ms = None if opened_ms is None else now_ms + BREAKER_TEST_MS
    return replace(health, failures_ms=recent, opened_ms=opened_ms, next_test_ms=next_test_ms, last_error=error)


def after_success(health: ChannelHealth, now_ms: int) -> ChannelHealth:
    """One delivery closes the breaker."""
    return ChannelHealth(channel=health.channel, last_ok_ms=now_ms)


def resting_until_ms(health: ChannelHealth) -> int:
    """The instant before which nothing is sent: the next test of an open channel, or its own Retry-After."""
    return max(health.next_test_ms or 0, health.paused_until_ms or 0)


def in_trouble(parcel: Parcel, health: ChannelHealth, now_ms: int) -> bool:
    """Whether the channel will not take a parcel in time: its breaker is open, or the next try comes too late."""
    next_try_ms = max(parcel.due_ms, resting_until_ms(health))
    first = parcel.alerts[0]
    waiting_since_ms = first.created_ms if first.first_failed_ms is None else first.first_failed_ms
    overdue = next_try_ms > now_ms and next_try_ms - waiting_since_ms > HAND_OVER_MS
    return health.opened_ms is not None or overdue


def to_hand_over(parcel: Parcel, *, fallback_told: bool) -> tuple[int, ...]:
    """The alerts of a parcel in trouble that the fallback is to tell instead; each once, and never back."""
    kinds = {alert.kind for alert in parcel.alerts}
    wanted = set(CALLS_SOMEBODY)
    if fallback_told or AlertKind.OPENED in kinds:
        wanted.add(AlertKind.RESOLVED)
    return tuple(a.id for a in parcel.alerts if a.kind in wanted and a.handed_to is None and a.handed_from is None)


def told_late(parcel: Parcel, now_ms: int) -> bool:
    """The channel hears of the incident only now: one post, with the timeline inside."""
    if parcel.ref is not None or parcel.incident is None:
        return False
    kinds = {alert.kind for alert in parcel.alerts}
    return AlertKind.OPENED not in kinds or AlertKind.RESOLVED in kinds or now_ms - parcel.alerts[0].created_ms > LATE_MS


def nothing_to_say(parcel: Parcel, view: IncidentView, *, edits: bool) -> str | None:
    """Why a parcel is settled without a message; None: it is sent."""
    kinds = {alert.kind for alert in parcel.alerts}
    if view.group is not None and parcel.ref is None:
        return f"told by its group {view.group}"
    if kinds == {AlertKind.REMINDER} and (not view.open or view.acknowledged_ms is not None):
        return "no reminder needed any more"
    if edits:
        return None
    if kinds == {AlertKind.UPDATED}:
        return "this channel tells openings, reminders, fast burns and ends"
    if (
        kinds <= {AlertKind.RESOLVED, AlertKind.UPDATED, AlertKind.FAST_BURN}
        and parcel.ref is not None
        and parcel.ref.get("told") == "resolved"
    ):
        return "its end was told already"
    return None


_STATUS_WEIGHT: Final = {Status.DOWN: 0, Status.DEGRADED: 1, Status.UNKNOWN: 1, Status.UP: 2}
_CRITICALITY_WEIGHT: Final = {Criticality.HIGH: 1, Criticality.MEDIUM: 2, Criticality.LOW: 3}


def severity(criticality: Criticality, status: Status) -> int:
    """Criticality x status, 1 (worst) to 4: a high one that is down is 1, a low one that is slow is 4."""
    return min(4, _CRITICALITY_WEIGHT[criticality] + _STATUS_WEIGHT[status])


def routes(integration: IntegrationPlan, default: str | None) -> tuple[str, ...]:
    """The channels an integration's alerts go to."""
    return integration.channels or (() if default is None else (default,))
