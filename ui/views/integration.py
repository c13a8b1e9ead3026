"""What the integration page shows: verdict, figures, lanes, days, latency, failures, checks, clocks, word and promise."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.health import Cause, Status
from ui.views.corrections import Corrected


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the six figures; `kind` is a class of the sheet: out, warn."""

    label: str
    value: str
    note: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a lane, as shares of its width; `letter` as in the bars of days."""

    letter: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the timeline strip: a place, a check, or the vendor's own page; `corrected` lies over what was measured."""

    who: str
    stretches: tuple[Stretch, ...]
    says: str
    corrected: tuple[Stretch, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """Lanes over one window on one scale, `ticks` evenly spaced under them."""

    lanes: tuple[Lane, ...]
    ticks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """One of the 90 days: opens by its address."""

    iso: str
    letter: str
    says: str
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """The large bars, with what they come to."""

    days: tuple[Day, ...]
    share: Fraction | None
    seen: Fraction | None
    policy: str
    ticks: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is kept of one result: redacted where it was taken."""

    request: str
    response: str
    error: str
    phases: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    redactions: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One failing result; `together` counts those of the same incident that it stands for."""

    at_ms: int
    status: Status
    cause: Cause | None
    detail: str
    check: str
    place: str
    total_us: int
    note: str
    reference: str
    said: str = ""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check with its configured and its achieved interval."""

    slug: str
    name: str
    asks: str
    status: Status
    every_ms: int
    achieved_ms: int | None
    note: str
    late: bool
    p95_us: int | None
    places: int
    counts: bool
    called_at: str = ""  # heartbeats: the path that something must call
    due_ms: int | None = None  # heartbeats: when the next call fails to come in time; None while none is awaited


@dataclass(frozen=True, slots=True)
class Clock:
    """What runs out: `left` is the share that is left; `urgency` is a class of the sheet: low, out."""

    icon: str
    what: str
    about: str
    left: Fraction | None
    big: str
    small: str
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """How soon an outage is noticed, for the check that notices first."""

    says: str
    strong: str
    after: str


@dataclass(frozen=True, slots=True)
class PageWord:
    """The vendor's own word."""

    status: Status
    maintenance: bool
    headline: str
    link: str | None
    read_ms: int
    after: str


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised, and where it is written."""

    strong: str
    says: str
    source: str | None
    read_on: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Name, links and the verdict line."""

    slug: str
    name: str
    environment: str
    category: str
    owner: str
    runbook: str | None
    status_page: str | None
    status: Status
    maintained: bool
    since_ms: int | None
    whose: str
    why: str
    incident: int | None
    incident_says: str
    archived_ms: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integration:
    """The whole page, but for its charts."""

    head: Head
    figures: tuple[Figure, ...]
    strip: Strip
    days: Days
    failures: tuple[Failure, ...]
    failures_note: str
    checks: tuple[CheckLine, ...]
    clocks: tuple[Clock, ...]
    guarantee: Guarantee | None
    word: PageWord | None
    promise: Promise | None
    corrections: tuple[Corrected, ...] = ()  # of the ninety days, newest first
