"""A day of an integration, open down to its single results, and one result by itself."""

from __future__ import annotations

from dataclasses import dataclass

from core.health import Cause, Status
from ui.views.corrections import Corrected
from ui.views.integration import Failure, Figure, Strip


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One single result in a list."""

    at_ms: int
    late_ms: int
    check: str
    place: str
    status: Status
    cause: Cause | None
    total_us: int
    fit: bool
    manual: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a day, to open: how many results, how many of them failed."""

    number: int
    label: str
    results: int
    failed: int
    slow: int
    unknown: int


@dataclass(frozen=True, slots=True)
class OneDay:
    """A day of an integration, open down to its single results."""

    iso: str
    title: str
    earlier: str | None
    later: str | None
    figures: tuple[Figure, ...]
    strip: Strip
    hours: tuple[Hour, ...]
    hour: int | None
    results: tuple[ResultRow, ...]
    more: bool
    incidents: tuple[tuple[int, str, str], ...]  # number, when, what
    corrections: tuple[Corrected, ...] = ()


@dataclass(frozen=True, slots=True)
class OneResult:
    """One result with everything that is kept of it."""

    slug: str
    integration: str
    day: str
    failure: Failure
    fit: bool
    manual: bool
    late_ms: int
    kept: bool
    earlier: str | None = None
    later: str | None = None
