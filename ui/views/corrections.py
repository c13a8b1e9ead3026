"""What of a stretch of time was not measured but is known better."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction as pages name it; `day` opens the day on which it begins."""

    id: int
    start_ms: int
    end_ms: int
    when: str
    what: str  # "counts as maintenance"
    who: str
    why: str
    day: str  # 2026-11-24
