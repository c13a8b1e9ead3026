"""What the web process hands to its routes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from storage.engine import Database


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Deps:
    """`database` opens it or hands out the one that is open; it is called in a thread, at the first request that needs it."""

    database: Callable[[], Database]
    zone: str = "UTC"  # of months and quarters
    now_ms: Callable[[], int] = wall_clock_ms
    answer_s: float = 2.0  # how long a request waits for the worker's answer before it is left to itself
    version: str = "0"
