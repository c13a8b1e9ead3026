"""What one probe found: status, cause, and the signals that came with the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """What we could do. Maintenance is a window laid over it, not a status."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a probe did not come back well; each belongs to exactly one status."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    AUTH = "auth"
    QUOTA = "quota"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    CONTRACT = "contract"
    MISSED = "missed"
    SLOW = "slow"
    BLOCKED = "blocked"
    OBSERVER = "observer"
    CONFIG = "config"
    INTERNAL = "internal"


NETWORK_CAUSES: Final = frozenset({Cause.DNS, Cause.CONNECT, Cause.TLS, Cause.TIMEOUT})
UNKNOWN_CAUSES: Final = frozenset({Cause.BLOCKED, Cause.OBSERVER, Cause.CONFIG, Cause.INTERNAL})

STATUS_OF: Final[dict[Cause | None, Status]] = {
    None: Status.UP,
    Cause.SLOW: Status.DEGRADED,
    **dict.fromkeys(UNKNOWN_CAUSES, Status.UNKNOWN),
    **{cause: Status.DOWN for cause in Cause if cause not in UNKNOWN_CAUSES | {Cause.SLOW}},
}


@dataclass(frozen=True, slots=True)
class Quota:
    """Headroom the vendor stated: calls left of `limit` until `resets_at`."""

    remaining: int
    limit: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The vendor announced an end: `what` stops working at `sunset_at` (None: not dated)."""

    what: str
    sunset_at: datetime | None = None
    link: str | None = None


class PageStatus(StrEnum):
    """What a vendor's status page says of our components. `red` covers degraded, partial and major outage."""

    GREEN = "green"
    RED = "red"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class PageReading:
    """One reading of a vendor's status page, scoped to our components and regions."""

    status: PageStatus
    headline: str  # the vendor's own words, foreign text
    link: str | None = None
    incident_started_at: datetime | None = None
    components: tuple[str, ...] = ()  # the components of ours that are not operational


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the vendor said. `cause is None` means up; the status follows from the cause."""

    cause: Cause | None = None
    http_status: int | None = None
    detail: str = ""  # one sentence for a person, redacted by the runner
    vendor_code: str | None = None  # the vendor's own code, e.g. `rate_limit`
    request_id: str | None = None  # the vendor's own id of this call, for a claim
    quota: Quota | None = None
    credential_expires_at: datetime | None = None
    certificate_expires_at: datetime | None = None
    deprecation: Deprecation | None = None
    retry_after_s: float | None = None
    page: PageReading | None = None  # status page checks only

    @property
    def status(self) -> Status:
        return STATUS_OF[self.cause]


@dataclass(frozen=True, slots=True)
class Phases:
    """Microseconds spent in each phase; None where a reused connection or no network hides it."""

    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None
    transfer_us: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was asked and answered, redacted: kept for failures and for changes of status."""

    request: str  # request line and headers, as text
    response: str = ""  # status line, headers and body excerpt, as text
    address: str | None = None  # the address connected to
    error: str | None = None  # the transport's own words
    redactions: int = 0


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """An Outcome plus when, where and how long. Integers, because a year holds millions of them.

    `at_ms` is the instant the attempt was due, in UTC; `late_ms` the delay to its start.
    `fit` is false where our own lag spoilt the latency; `manual` runs are recorded and never counted in a streak.
    """

    check: int
    location: int
    at_ms: int
    late_ms: int
    cause: Cause | None
    total_us: int
    fit: bool = True
    manual: bool = False
    phases: Phases | None = None
    outcome: Outcome = field(default_factory=Outcome)
    evidence: Evidence | None = None

    @property
    def status(self) -> Status:
        return STATUS_OF[self.cause]

    @property
    def edge_ms(self) -> int:
        """The instant this result speaks for: spans begin and end at due time plus lateness."""
        return self.at_ms + self.late_ms
