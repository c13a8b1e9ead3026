"""What the incident page shows: whose it is, what that rests on, what to do, what happened, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from core.health import Cause, Status
from core.ledger import IncidentKind
from core.verdict import Speaks


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact: a missing voice is listed as missing."""

    speaks: Speaks
    sentence: str
    figures: str
    at_ms: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; `kind` is a class of the sheet: down, up, warn, mend or nothing."""

    at_ms: int
    said: str
    detail: str
    kind: str


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier incident of the same integration with the same cause."""

    id: int
    started_ms: int
    lasted_ms: int
    said: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    what: str
    how: str = ""
    url: str | None = None
    url_label: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of what it costs; `over` prints it in the colour of trouble."""

    label: str
    value: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """A permalink to one result."""

    label: str
    at_ms: int
    reference: str


@dataclass(frozen=True, slots=True)
class Member:
    """An incident of a group."""

    id: int
    name: str
    started_ms: int
    open: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble from first failure to recovery."""

    id: int
    kind: IncidentKind
    slug: str | None
    name: str
    environment: str
    status: Status
    cause: Cause
    started_ms: int
    opened_ms: int
    resolved_ms: int | None
    closed_ms: int | None
    closed_as: str | None
    severity: int
    whose: str  # "Theirs, likely." or, once over, "It was theirs, likely."
    headline: str
    failing: str
    on_it: str | None
    on_it_ms: int | None
    owner: str
    flows: tuple[str, ...]
    rule: int | None
    facts: tuple[FactLine, ...] = ()
    would_change: str = ""
    steps: tuple[Step, ...] = ()
    runbook: str | None = None
    timeline: tuple[Moment, ...] = ()  # newest first
    costs: tuple[Cost, ...] = ()
    before: tuple[Before, ...] = ()
    proofs: tuple[Proof, ...] = ()
    members: tuple[Member, ...] = ()
    group: int | None = None

    @property
    def open(self) -> bool:
        return self.closed_ms is None

    @property
    def end_ms(self) -> int | None:
        """When the trouble ended, as far as we know."""
        return self.resolved_ms if self.resolved_ms is not None else self.closed_ms


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One line of the list."""

    id: int
    kind: IncidentKind
    slug: str | None
    name: str
    status: Status
    cause: Cause
    title: str
    started_ms: int
    end_ms: int | None
    open: bool
    whose: str
    severity: int
    on_it: str | None


@dataclass(frozen=True, slots=True)
class IncidentList:
    """A page of incidents, newest first; `more` says whether older ones exist."""

    rows: tuple[IncidentRow, ...]
    page: int
    more: bool
    open_count: int
    filtered: bool
