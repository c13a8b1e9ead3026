"""What goes on failing is said once a minute, and its end once."""

from __future__ import annotations

import logging

import pytest

from scheduler.seldom import EVERY_S, Seldom


def test_a_failure_that_lasts_is_said_once_a_minute_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    warning = Seldom(logging.getLogger("test.seldom"), monotonic=lambda: now)
    with caplog.at_level(logging.INFO):
        warning.over("it works")
        for second in range(100):
            now = float(second)
            warning.warn("it fails since %d s", second)
        warning.over("it works")
        warning.over("it works")
        warning.warn("it fails again")
    assert caplog.messages == ["it fails since 0 s", f"it fails since {EVERY_S:.0f} s", "it works", "it fails again"]
