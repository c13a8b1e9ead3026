"""What the system page shows of how the monitor keeps up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: now, what is fine, what it means, and what to do where it is not fine."""

    label: str
    value: str
    fine: str
    means: str
    todo: str
    wrong: bool
    known: bool
    share: float | None = None  # of what is fine; None where there is no limit to draw


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble of the monitor itself that is told and not over."""

    incident: int
    title: str
    says: str
    todo: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure over time, with the sentence that says what is seen."""

    label: str
    says: str
    points: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SlowCheck:
    """A check that is asked too seldom."""

    name: str
    configured: str
    achieved: str


@dataclass(frozen=True, slots=True)
class Call:
    """The dead-man's call: a mark, and a sentence."""

    mark: str
    says: str


@dataclass(frozen=True, slots=True)
class OwnHealth:
    """The whole section."""

    troubles: tuple[Trouble, ...]
    lines: tuple[Line, ...]
    curves: tuple[Curve, ...]
    slow: tuple[SlowCheck, ...]
    call: Call
