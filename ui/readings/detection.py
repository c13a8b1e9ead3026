"""How soon an outage is noticed, for the check that notices first."""

from __future__ import annotations

from typing import Final

from core.detection import guarantee as promised
from core.plan import CheckPlan
from ui import format as fmt
from ui.views import integration as views

CANARY_MS: Final = 5_000  # what a canary round adds


def found_within(plans: tuple[CheckPlan, ...]) -> views.Figure:
    check = _first_to_notice(plans)
    if check is None:
        return views.Figure("Found within", fmt.NONE, "no check counts here")
    made = promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms, CANARY_MS)
    return views.Figure("Found within", fmt.interval(made.latest), f"every outage of {fmt.interval(made.found)} or more")


def _first_to_notice(plans: tuple[CheckPlan, ...]) -> CheckPlan | None:
    counting = [check for check in plans if check.counts and check.kind != "heartbeat"]
    return min(
        counting, key=lambda check: promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms).latest, default=None
    )


def guarantee(plans: tuple[CheckPlan, ...]) -> views.Guarantee | None:
    check = _first_to_notice(plans)
    if check is None:
        return None
    made = promised(check.interval_ms, check.retry_ms, check.fail_after, check.timeout_ms, CANARY_MS)
    says = (
        f"A check runs every {fmt.interval(check.interval_ms)}, again every {fmt.interval(check.retry_ms)} once it fails, "
        f"and {check.fail_after} failures in a row open an incident."
    )
    return views.Guarantee(says, made.sentence, f"Shorter than {fmt.interval(made.invisible_below)} may pass unseen.")
