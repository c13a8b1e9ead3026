"""What may be asked beside the plan."""

from __future__ import annotations

from checks.budget import Spare


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
