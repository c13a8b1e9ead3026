"""How soon an outage is noticed, for the check that notices first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from core.detection import guarantee as promised
from core.plan import CheckPlan
from ui import format as fmt
from ui.views import integration as views

CANARY_MS: Final = 5_000  # what a canary round adds


NO_RETRIES: Final = "the vendor’s call budget for retries is used up"


def found_within(plans: tuple[CheckPlan, ...], suspended: Collection[str] = ()) -> views.Figure:
    """`suspended` are slugs of checks that are not asked again sooner when they fail."""
    check = _first_to_notice(plans)
    if check is None and (heartbeat := _heartbeat(plans)):
        return views.Figure("Found within", fmt.interval(heartbeat.interval_ms + heartbeat.grace_ms), "of the last call in time")
    if check is None:
        return views.Figure("Found within", fmt.NONE, "no check counts here")
    if check.slug in suspended:
        return views.Figure("Found within", "suspended", NO_RETRIES, "warn")
    made = promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms, CANARY_MS)
    return views.Figure("Found within", fmt.interval(made.latest), f"every outage of {fmt.interval(made.found)} or more")


def _heartbeat(plans: tuple[CheckPlan, ...]) -> CheckPlan | None:
    counting = [check for check in plans if check.counts and check.kind == "heartbeat"]
    return min(counting, key=lambda check: check.interval_ms + check.grace_ms, default=None)


def _first_to_notice(plans: tuple[CheckPlan, ...]) -> CheckPlan | None:
    counting = [check for check in plans if check.counts and check.kind != "heartbeat"]
    return min(
        counting, key=lambda check: promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms).latest, default=None
    )


def guarantee(plans: tuple[CheckPlan, ...], suspended: Collection[str] = ()) -> views.Guarantee | None:
    """How soon an outage is noticed; while there is no call left for retries, that this is suspended, and what holds meanwhile."""
    check = _first_to_notice(plans)
    if check is None and (heartbeat := _heartbeat(plans)):
        every, grace = fmt.interval(heartbeat.interval_ms), fmt.interval(heartbeat.grace_ms)
        return views.Guarantee(f"It must call every {every}.", f"A call that does not come is noticed {grace} after it was due.", "")
    if check is None:
        return None
    every, fails = fmt.interval(check.interval_ms), f"{check.fail_after} failures in a row open an incident."
    if check.slug in suspended:
        says = f"A check runs every {every}, and {fails}"
        return views.Guarantee(says, f"Suspended: {NO_RETRIES}.", "Until there is some again a failing check is asked at its interval.")
    made = promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms, CANARY_MS)
    says = f"A check runs every {every}, again every {fmt.interval(check.retry_ms)} once it fails, and {fails}"
    return views.Guarantee(says, made.sentence, f"Shorter than {fmt.interval(made.invisible_below)} may pass unseen.")
