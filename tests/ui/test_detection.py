"""How soon an outage is noticed, and when that does not hold."""

from __future__ import annotations

from core.plan import CheckPlan
from ui.readings.detection import found_within, guarantee

API = CheckPlan(1, 1, "api", "API", "http", counts=True)
SLOWER = CheckPlan(2, 1, "reachability", "Reachability", "http", counts=True, interval_ms=300_000)


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


def test_the_check_that_notices_first_makes_the_guarantee() -> None:
    made = guarantee((SLOWER, API))
    assert made is not None
    assert plain(made.strong) == "Every outage of 100 s or more is found, at most 115 s after it starts."
    assert plain(found_within((SLOWER, API)).value) == "115 s"


def test_without_a_call_left_for_retries_the_guarantee_is_suspended_and_says_why() -> None:
    made = guarantee((SLOWER, API), {"api"})
    assert made is not None
    assert made.strong == "Suspended: the vendor’s call budget for retries is used up."
    assert plain(made.says) == "A check runs every 60 s, and 3 failures in a row open an incident."
    figure = found_within((SLOWER, API), {"api"})
    assert (figure.value, figure.kind) == ("suspended", "warn")


def test_another_check_without_retries_suspends_nothing() -> None:
    assert guarantee((SLOWER, API), {"reachability"}) == guarantee((SLOWER, API))
