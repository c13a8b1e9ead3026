"""What is watched: integrations and their checks, as they stand."""

from __future__ import annotations

from dataclasses import dataclass

from core.declared import Promise
from core.plan import CheckPlan, IntegrationPlan


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check as it stands, archived ones included."""

    plan: CheckPlan
    wanted_interval_ms: int | None = None  # what was configured, where a call budget stretched it
    address: str | None = None  # heartbeats: the unguessable id their pings come to; for operators only
    archived_ms: int | None = None


@dataclass(frozen=True, slots=True)
class IntegrationRow:
    """An integration as it stands, archived ones included."""

    plan: IntegrationPlan
    checks: tuple[CheckRow, ...]
    promise: Promise | None = None
    origin: str = "file"
    created_ms: int = 0
    archived_ms: int | None = None
