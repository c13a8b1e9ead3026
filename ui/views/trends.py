"""What the trends page shows: failures over time, latency over time, and who is slowest and least reliable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.health import Cause


@dataclass(frozen=True, slots=True)
class Trends:
    """One value a day of the window, oldest first; days are UTC, as their first instants in ms."""

    days: tuple[int, ...]
    by_cause: Mapping[Cause, tuple[int, ...]]
    by_integration: Mapping[str, tuple[int, ...]]  # by slug; the largest, the others together under ""
    names: Mapping[str, str]  # of those slugs
    p95_us: Mapping[str, tuple[int | None, ...]]  # by category


@dataclass(frozen=True, slots=True)
class Rank:
    """One integration in a ranking."""

    slug: str
    name: str
    environment: str
    p95_us: int | None
    share: Fraction | None
    seen: Fraction | None
    down_ms: int
    slow_ms: int
