"""What the wall shows: the answer, what needs somebody, what will hurt later, and a row for every integration."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from core.health import Status


@dataclass(frozen=True, slots=True)
class Budget:
    """What is left of the month's budget; `left` may be negative. `over_ms` is how far it is overspent."""

    left: Fraction
    over_ms: int = 0
    allowed_ms: int = 0
    month: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One integration in the table."""

    slug: str
    name: str
    environment: str
    category: str
    owner: str
    criticality: str
    tags: tuple[str, ...]
    status: Status
    maintained: bool
    since_ms: int | None
    failing: int  # failures in a row, not confirmed yet
    fail_after: int
    note: str  # "ours, quota used up"; "planned until 15:30"
    day: Fraction | None
    month: Fraction | None
    seen: Fraction | None
    p95_us: int | None
    sparkline: tuple[int | None, ...]
    bars: str
    budget: Budget | None
    corrected: frozenset[int] = frozenset()  # which of the bars stand for a day that was corrected by hand

    @property
    def well(self) -> bool:
        return self.status is Status.UP and not self.maintained


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row of the attention block."""

    slug: str
    name: str
    environment: str
    status: Status
    started_ms: int
    failing: str  # what exactly fails
    whose: str  # "Theirs, likely"
    why: str  # "Not acknowledged by PayPal."
    flows: tuple[str, ...]
    budget: Budget | None
    incident: int
    on_it: str | None
    grouped: int | None = None

    @property
    def alone(self) -> bool:
        """Nobody is on it: the tint is the call to act."""
        return self.on_it is None


@dataclass(frozen=True, slots=True)
class Watch:
    """What will hurt later, within 45 days: plain words, `when` is the strong part."""

    icon: str
    label: str
    says: str
    when: str
    beside: str
    slug: str
    name: str
    more: int = 0  # other integrations of which the same holds


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence that can be read out: `lead`, then each name with its `(whose)`."""

    icon: str
    kind: str
    lead: str
    named: tuple[tuple[str, str], ...] = ()
    more: int = 0
    tail: str = ""  # said in grey after the sentence
    below: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One category of the table; `above` of its integrations stand in the attention block already."""

    category: str
    rows: tuple[Row, ...]
    above: int = 0


@dataclass(frozen=True, slots=True)
class Wall:
    """The whole page, but for the pulse, which alone changes every two seconds."""

    answer: Answer
    troubles: tuple[Trouble, ...]
    watch: tuple[Watch, ...]
    groups: tuple[Group, ...]
    total: int
    search: str = ""
    opened: frozenset[str] = frozenset()
