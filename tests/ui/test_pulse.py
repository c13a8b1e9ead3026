"""The pulse at the head of the wall: when something was seen last, and whether checks begin on time."""

from __future__ import annotations

import pytest

from ui.readings.pulse import read_pulse

NOW_MS = 1_795_527_128_000


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"flushed_ms": NOW_MS - 4_200, "lateness_p99_ms": 12}, "Checked 4 s ago · 128 checks, all on time"),
        ({"flushed_ms": NOW_MS - 900, "lateness_p99_ms": 1_400}, "Checked just now · 128 checks, up to 1 400 ms late"),
        ({"flushed_ms": NOW_MS - 180_000, "lateness_p99_ms": None}, "Checked 3 min ago · 128 checks"),
        ({"flushed_ms": 0}, "Probing now · 128 checks"),
        ({}, "Probing now · 128 checks"),
    ],
)
def test_the_pulse_says_when_and_whether_on_time(told: dict[str, object], said: str) -> None:
    assert read_pulse(told, 128, NOW_MS).replace("\u00a0", " ") == said
