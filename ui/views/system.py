"""What the system page shows: the monitor's own health."""

from __future__ import annotations

from dataclasses import dataclass

from ui.views.integration import Figure
from ui.views.monitor import Blind


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of the configuration, where it stands."""

    where: str
    key: str
    says: str
    nearest: str


@dataclass(frozen=True, slots=True)
class Life:
    """One process of ours."""

    role: str
    host: str
    pid: int
    started_ms: int
    beat_ms: int
    leads: bool
    ended_ms: int | None


@dataclass(frozen=True, slots=True)
class System:
    """The whole page."""

    mark: str
    lead: str
    below: str
    figures: tuple[Figure, ...]
    file: str
    valid: bool | None  # None: no configuration was looked at yet
    problems: tuple[Problem, ...]
    notes: tuple[tuple[str, str], ...]
    blind: tuple[Blind, ...]
    lives: tuple[Life, ...]
    about: tuple[tuple[str, str], ...]
