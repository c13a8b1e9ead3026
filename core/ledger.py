"""What one flush writes: the pure output of the judge, committed by storage in a single transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.health import Cause, PageStatus, ProbeResult, Status
from core.verdict import Party, Verdict


class IncidentKind(StrEnum):
    VENDOR = "vendor"  # an integration is down or degraded
    SELF = "self"  # k unknowns in a row by blocked, config or internal: for the integration's owner
    GROUP = "group"  # many at once: owns the message of its members
    BLIND = "blind"  # our own network was down: one alert on return, no incident of a vendor
    MONITOR = "monitor"  # a trouble of the monitor itself (core.own_health): of no integration


class AlertKind(StrEnum):
    OPENED = "opened"
    UPDATED = "updated"  # verdict, acknowledgement, note, joined a group: edits the message
    REMINDER = "reminder"
    RESOLVED = "resolved"
    BUDGET = "budget"  # 50, 80 or 100 % of the month's budget
    FAST_BURN = "fast_burn"
    BLIND = "blind"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A stretch of one check in one status with one cause; key (check, location, start_ms).

    `end_ms is None` while open: its end is then recomputed on read from the newest result and `gap_ms`,
    the gap planned when its last result was taken.
    """

    check: int
    location: int
    start_ms: int
    end_ms: int | None
    status: Status
    cause: Cause | None
    gap_ms: int


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """The verdict of one check's stretch of trouble, from its start edge; key (check, location, start_ms)."""

    check: int
    location: int
    start_ms: int
    end_ms: int | None
    cause: Cause
    verdict: Verdict
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class StateRow:
    """The judge's memory of one check at one location, as JSON-ready values; written only when it changed."""

    check: int
    location: int
    status: Status  # the confirmed one
    since_ms: int
    body: dict[str, Any]
    failing: int = 0  # failures in a row while not yet confirmed: "Up, 1 of 3 failing"


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One trouble of one integration (or, for a group or a blind period, of many); upserted by id."""

    id: int
    kind: IncidentKind
    integration: int | None
    started_ms: int  # the edge before the first failure
    opened_ms: int  # the commit that opened it: `detected`
    status: Status  # worst so far
    cause: Cause
    checks: tuple[int, ...]
    verdict: Verdict | None
    severity: int  # 1 (worst) to 4
    resolved_ms: int | None = None  # the edge before the first success of the closing run
    closed_ms: int | None = None  # the commit that closed it
    closed_as: str | None = None  # `recovered`, `not seen to recover`, `removed`
    acknowledged_ms: int | None = None
    acknowledged_by: str | None = None  # a typed name, unverified
    group: int | None = None
    lost_sight_ms: int | None = None
    title: str = ""  # what exactly fails; a group's name
    told: tuple[str, ...] = ()  # channels that have its opening: they alone hear of its end
    told_ms: int | None = None  # the newest opening or reminder
    recovered_ms: int | None = None  # the latest edge at which one of its checks came back
    blamed: tuple[tuple[Party, int], ...] = ()  # ms of bad time by party, in stretches that are over
    key: str = ""  # which of the monitor's own troubles it is


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of an incident's timeline."""

    incident: int
    at_ms: int
    kind: str  # opened, first_failure, last_good, verdict, page, acknowledged, note, silenced, delivered, group, lost_sight, resolved
    text: str
    detail: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """That an incident changed, for one channel; the text is rendered from its state when it is sent."""

    incident: int | None
    channel: str
    kind: AlertKind
    created_ms: int
    severity: int
    body: dict[str, Any] = field(default_factory=dict)  # budget and blind alerts, tests: what an incident does not hold


@dataclass(frozen=True, slots=True)
class SignalRow:
    """The newest of what an answer carried beside its status: quota, credential, certificate, deprecation, page."""

    check: int
    kind: str
    at_ms: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PageRow:
    """A vendor's status page began to say something else: its status or its headline; key (check, at_ms)."""

    check: int
    at_ms: int  # when we read it, whatever the page says of its own promptness
    status: PageStatus
    headline: str  # the vendor's own words, foreign text
    link: str | None = None


class WindowKind(StrEnum):
    MAINTENANCE = "maintenance"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A maintenance window or a silence as planned instants; weekly rules are expanded before they are stored.

    `id is None` makes a new row. To end one early write it again, by its id, with an earlier `end_ms`; one that was
    cancelled before it began ends where it begins.
    """

    kind: WindowKind
    start_ms: int
    end_ms: int
    integrations: tuple[int, ...] | None  # None: all
    reason: str = ""
    by: str | None = None  # a typed name, unverified; None for those of the file
    origin: str = "ui"  # or `file`
    id: int | None = None


class CountsAs(StrEnum):
    """What a stretch of time is to count as, whatever was measured in it."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """What a person knows better of a stretch of time: laid over what was measured, which stays as it is.

    Later rows lie over earlier ones. One that `replaces` another ends it; with neither bucket nor party it does no more than that.
    """

    integration: int
    start_ms: int
    end_ms: int
    reason: str
    author: str  # a typed name, unverified
    made_ms: int
    bucket: CountsAs | None = None
    party: Party | None = None
    check: int | None = None  # None: the whole integration
    replaces: int | None = None
    id: int | None = None  # given by storage


@dataclass(frozen=True, slots=True)
class AddressRow:
    """The address at which a heartbeat is called from now on; the one before stops working with the commit."""

    check: int
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The worker's answer to a request: `ok`, a sentence, and what the asker needs to go on."""

    request: int
    at_ms: int
    ok: bool
    text: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Everything of one flush. Ids of incidents are given by the judge: the leading worker alone makes them."""

    results: list[ProbeResult] = field(default_factory=list)
    spans: list[SpanRow] = field(default_factory=list)
    verdicts: list[VerdictRow] = field(default_factory=list)
    states: list[StateRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    alerts: list[AlertRow] = field(default_factory=list)
    signals: list[SignalRow] = field(default_factory=list)
    pages: list[PageRow] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    windows: list[WindowRow] = field(default_factory=list)  # silences and maintenance made or ended on a page
    addresses: list[AddressRow] = field(default_factory=list)
    corrections: list[CorrectionRow] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)  # versions to raise: `wall`, `incidents`, `deliveries`, `system`
