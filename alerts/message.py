"""What is to be told: the present state of one incident, or one notice; the forms of it are rendered elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.health import Cause, PageReading, Status
from core.ledger import AlertKind, EventRow, IncidentKind
from core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What is left of the month's error budget."""

    period: str  # "November"
    total_ms: int
    spent_ms: int
    burn: float | None = None  # times the even spend; None: nothing known


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Everything a message may say of an incident, read when it is sent. Texts of vendors are foreign, times UTC ms."""

    id: int
    kind: IncidentKind
    name: str  # the integration's name; a group's title
    status: Status
    cause: Cause
    started_ms: int
    opened_ms: int
    severity: int
    events: tuple[EventRow, ...] = ()  # the timeline, oldest first
    environment: str = "production"
    provider_name: str = ""
    owner: str | None = None
    runbook: str | None = None
    flows: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()  # names of the failing checks
    what: str = ""  # what exactly fails: "POST /v2/checkout/orders answers 503"
    verdict: Verdict | None = None
    page: PageReading | None = None  # the vendor's own statement
    budget: BudgetView | None = None
    evidence: str = ""  # request, answer, timings: redacted, foreign
    evidence_link: str | None = None
    link: str | None = None  # the incident's page
    resolved_ms: int | None = None
    closed_as: str | None = None
    acknowledged_ms: int | None = None
    acknowledged_by: str | None = None
    group: int | None = None  # the incident that owns this one's message
    group_name: str = ""
    members: tuple[str, ...] = ()  # a group's: names of its integrations

    @property
    def open(self) -> bool:
        return self.closed_as is None and self.resolved_ms is None


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is no incident's: budget, fast burn, blind period, test."""

    title: str
    sentence: str
    fields: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is handed: what it is about, and what happened since the channel was told last."""

    id: str  # the same over retries: receivers drop a second copy by it
    about: IncidentView | Notice
    kinds: frozenset[AlertKind]
    severity: int
    at_ms: int
    late: bool = False  # told late: one post with its timeline inside
    doubtful: bool = False  # an earlier send may have arrived: look before sending again
    handed_from: str | None = None  # the channel that should have said it
    zone: str = "UTC"  # zone of the clock times in it

    @property
    def incident(self) -> IncidentView | None:
        return self.about if isinstance(self.about, IncidentView) else None

    @property
    def reminds(self) -> bool:
        """Nothing happened but time."""
        return self.kinds <= {AlertKind.REMINDER, AlertKind.UPDATED} and AlertKind.REMINDER in self.kinds
