"""The monitor's own pulse in a line: when it last wrote down what it saw, and whether its checks begin on time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ui import format as fmt

ON_TIME_MS: Final = 1_000  # 99 of 100 runs begin within it
JUST_NOW_MS: Final = 2_000  # a page that looks every two seconds cannot know it better


def read_pulse(told: Mapping[str, Any], checks: int, now_ms: int) -> str:
    """`Checked 4 s ago · 128 checks, all on time`, from the worker's newest beat."""
    late = told.get("lateness_p99_ms")
    count = fmt.plural(checks, "check")
    if not isinstance(late, int | float):
        return f"{_checked(told, now_ms)} · {count}"
    return f"{_checked(told, now_ms)} · {count}, {'all on time' if late < ON_TIME_MS else f'up to {fmt.latency(int(late) * 1_000)} late'}"


def _checked(told: Mapping[str, Any], now_ms: int) -> str:
    written = told.get("flushed_ms")
    if not isinstance(written, int) or not written:
        return "Probing now"
    age = now_ms - written
    return "Checked just now" if age < JUST_NOW_MS else f"Checked {fmt.lasting(age)} ago"
