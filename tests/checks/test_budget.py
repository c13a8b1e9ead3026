"""What may be asked beside the plan, and how long to wait when told to."""

from __future__ import annotations

import pytest

from checks.budget import Spare, gap_after
from core.health import Cause, Outcome


class Clock:
    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_fifth_is_kept_for_retries() -> None:
    clock = Clock()
    spare = Spare({"acme": 60}, clock)
    assert [spare.take("acme") for _ in range(13)] == [True] * 12 + [False]
    clock.at += 5
    assert (spare.take("acme"), spare.take("acme")) == (True, False)
    clock.at += 3_600
    assert spare.left("acme") == 12


def test_a_small_budget_still_confirms_one_failure() -> None:
    spare = Spare({"acme": 1}, Clock())
    assert [spare.take("acme") for _ in range(4)] == [True, True, True, False]


def test_a_provider_without_a_budget_has_no_end_of_calls() -> None:
    assert all(Spare({}, Clock()).take("other") for _ in range(1_000))


@pytest.mark.parametrize(
    ("cause", "retry_after_s", "gap_ms"),
    [
        (Cause.QUOTA, 300.0, 300_000),
        (Cause.QUOTA, 5.0, 20_000),
        (Cause.QUOTA, None, 20_000),
        (Cause.SERVER_ERROR, 30.0, 30_000),
        (Cause.SERVER_ERROR, 86_400.0, 60_000),
        (Cause.AUTH, 300.0, 20_000),
        (None, 300.0, 20_000),
    ],
)
def test_retry_after_is_honoured_and_hides_no_outage(cause: Cause | None, retry_after_s: float | None, gap_ms: int) -> None:
    assert gap_after(Outcome(cause, retry_after_s=retry_after_s), planned_ms=20_000, interval_ms=60_000) == gap_ms
