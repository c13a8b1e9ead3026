"""Many failures at once: one trouble, many, or our own network."""

from __future__ import annotations

import pytest

from core.grouping import Grouping, Tally, group, network_lost
from core.health import Status


@pytest.mark.parametrize(
    ("failing", "asked", "answering", "canaries", "expected"),
    [
        (500, 500, 0, 2, Grouping.OBSERVER_OFFLINE),
        (1, 2, 0, 2, Grouping.OBSERVER_OFFLINE),
        (1, 3, 0, 2, Grouping.INDIVIDUAL),
        (5, 10, 1, 2, Grouping.MASS_FAILURE_GROUP),
        (5, 11, 2, 2, Grouping.INDIVIDUAL),
        (4, 4, 2, 2, Grouping.INDIVIDUAL),
        (10, 20, 0, 0, Grouping.MASS_FAILURE_GROUP),
        (0, 0, 0, 2, Grouping.INDIVIDUAL),
    ],
)
def test_what_a_round_of_failures_is_taken_for(failing: int, asked: int, answering: int, canaries: int, expected: Grouping) -> None:
    assert group(Tally(failing, asked), answering, canaries).grouping is expected


def test_a_lost_network_is_one_message_and_no_incident() -> None:
    lost = group(Tally(500, 500), 0, 2)
    assert (lost.messages, lost.incidents, lost.recorded_as) == (1, 0, Status.UNKNOWN)


def test_a_group_is_one_message_and_keeps_its_incidents() -> None:
    many = group(Tally(30, 60), 2, 2)
    assert (many.messages, many.incidents, many.recorded_as) == (1, 30, Status.DOWN)


def test_without_canaries_nobody_can_say_that_our_network_is_lost() -> None:
    assert not network_lost(Tally(9, 9), 0, 0)
