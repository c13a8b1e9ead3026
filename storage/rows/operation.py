"""How the processes live together: requests, pings, beats, notices, configurations, and closed months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.ledger import Answer


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Something a person asked the worker to do."""

    id: int
    kind: str
    body: Mapping[str, Any]
    by: str | None
    at_ms: int
    accepted_ms: int | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class PingRow:
    """One call of something that must call us."""

    id: int
    check: int
    kind: str  # start, ok, fail
    at_ms: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process of ours that has, or had, the database open."""

    id: int
    role: str  # web, worker, command
    host: str
    pid: int
    pid_started_ms: int  # the process's start as the system says it: pid and start together name a process
    started_ms: int
    beat_ms: int
    leads: bool
    ended_ms: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """What the worker reports of itself under one key: `configuration`, `secrets`, `clock`, `budget` ..."""

    key: str
    at_ms: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """A configuration that was applied; the newest one is what a restart runs on."""

    id: int
    text: str
    hash: str
    applied_ms: int


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A closed month of one integration, frozen with a hash; a correction is a newer row with author and reason."""

    id: int
    start_ms: int
    end_ms: int
    zone: str
    integration: int
    body: Mapping[str, Any]
    text: str  # the same to the letter: what `hash` is the SHA-256 of
    hash: str
    closed_ms: int
    author: str | None = None
    reason: str | None = None
    replaces: int | None = None
