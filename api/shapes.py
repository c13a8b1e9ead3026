"""What the API answers: times in UTC, shares in per cent with what was seen beside them, null where nothing was seen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from core.calendar import from_ms

Percent = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


def at(ms: int | None) -> datetime | None:
    """An instant of storage as an aware datetime."""
    return None if ms is None else from_ms(ms)


class Problem(Shape):
    """Why a request was not answered."""

    detail: str


class Window(Shape):
    """Seconds of a stretch of time in each of the five buckets; `availability_pct` by the policy `experience v1`, floored."""

    availability_pct: Percent | None
    coverage_pct: Percent | None
    up_s: float
    degraded_s: float
    down_s: float
    maintenance_s: float
    unknown_s: float


class IncidentRef(Shape):
    id: int
    status: str
    cause: str
    started_at: AwareDatetime
    party: str | None
    confidence: str | None
    headline: str
    acknowledged_by: str | None


class Integration(Shape):
    """One integration as the wall shows it. `status` is the confirmed one; `failing` counts failures not yet confirmed."""

    slug: str
    name: str
    provider: str
    category: str
    environment: str
    owner: str | None
    criticality: str
    tags: list[str]
    flows: list[str]
    status: str
    since: AwareDatetime | None
    failing: int
    in_maintenance: bool
    last_result_at: AwareDatetime | None
    p95_ms: float | None = Field(description="Of the last 24 hours, within 1 %.")
    day: Window
    month: Window = Field(description="The last 30 days.")
    quarter: Window = Field(description="The last 90 days.")
    incidents: list[IncidentRef]


class Check(Shape):
    slug: str
    name: str
    kind: str
    counts: bool
    interval_s: float
    wanted_interval_s: float | None
    timeout_s: float
    status: str
    since: AwareDatetime | None
    guarantee: str


class Signal(Shape):
    """What an answer carried beside its status: quota, credential, certificate, deprecation, page."""

    check: str
    kind: str
    at: AwareDatetime
    body: dict[str, Any]


class Objective(Shape):
    availability_pct: Percent | None
    latency_ms: int | None
    latency_share_pct: Percent | None


class IntegrationDetail(Integration):
    runbook: str | None
    status_page_url: str | None
    objective: Objective | None
    promised_availability_pct: Percent | None
    checks: list[Check]
    signals: list[Signal]


class Status(Shape):
    """The answer of the wall's first line."""

    at: AwareDatetime
    worker_beat_at: AwareDatetime | None = Field(description="The last beat of the worker that leads; null: none in five minutes.")
    integrations: dict[str, int] = Field(description="How many are in each status.")
    not_up: list[Integration]


class Asked(Shape):
    """What was asked of the worker. `ok` and `text` are its answer; null and empty while there is none."""

    request: int
    accepted: bool
    ok: bool | None
    text: str
    body: dict[str, Any]
