"""Everything the judge knows between two flushes. A flush works on a copy, so a commit that fails leaves this one valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.health import Cause, ProbeResult
from core.ledger import IncidentKind, IncidentRow, VerdictRow
from core.line import Key, Line
from core.plan import LOCAL, CheckPlan, Plan
from core.voices import PageVoice, Round
from scheduler.index import Index

REMINDER_MS: Final = 1_800_000


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """What the configuration says of alerting, and how places are called."""

    default_channel: str | None = None  # for integrations that name none; blind periods are told here
    reminder_ms: int | None = REMINDER_MS  # None: no reminders
    locations: Mapping[int, str] = field(default_factory=lambda: {LOCAL: "local"})
    fallback: str | None = None  # told where it is the usual channel that fails


@dataclass(frozen=True, slots=True)
class Blind:
    """Our own network is away: since when, the newest failure taken for it, and who has answered after that."""

    incident: int
    started_ms: int
    newest_ms: int
    answered: frozenset[str] = frozenset()  # providers


@dataclass(frozen=True, slots=True)
class BudgetTold:
    """What was said of an integration's budget: the month, the highest threshold, and whether it burns fast now."""

    period: str = ""
    threshold: int = 0
    burning: bool = False
    waits_ms: int | None = None  # since when a burn waits to be told: a group may form that speaks for it
    group: int | None = None  # the group that told of the burn, and says when it ends


@dataclass(frozen=True, slots=True)
class BurnCall:
    """That a group called a channel for budgets that burn: when first, whether others do since, and whether it said that, too."""

    at_ms: int
    more: bool = False
    followed: bool = False


Ailment = tuple[int, int, int]  # which rows a cause speaks for (bits), the newest result with it, where its kind began (ms)


@dataclass(slots=True)
class Memory:
    """Read it freely, change it only through `scheduler.judge`: its values are immutable, its dictionaries belong to one flush."""

    plan: Plan = field(default_factory=Plan)
    settings: JudgeSettings = field(default_factory=JudgeSettings)
    lines: dict[Key, Line] = field(default_factory=dict)
    newest: dict[Key, ProbeResult] = field(default_factory=dict)
    stretches: dict[Key, VerdictRow] = field(default_factory=dict)  # open ones
    behind: dict[Key, tuple[VerdictRow, ...]] = field(default_factory=dict)  # ended ones of a run not yet confirmed
    rounds: dict[Key, Round] = field(default_factory=dict)  # what the newest network failure of a line waited for
    incidents: dict[int, IncidentRow] = field(default_factory=dict)  # open ones
    opened: dict[tuple[int, str], int] = field(default_factory=dict)  # (integration, kind) -> its open incident
    pages: dict[int, PageVoice] = field(default_factory=dict)  # by integration
    budgets: dict[int, BudgetTold] = field(default_factory=dict)  # by integration
    burn_calls: dict[tuple[int, str], BurnCall] = field(default_factory=dict)  # by group and channel
    carried: dict[tuple[int, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)  # (check, kind) -> signal as written
    manual: dict[int, int] = field(default_factory=dict)  # check -> its newest manual run
    asked: dict[str, int] = field(default_factory=dict)  # provider -> its newest result of a check that counts
    ailing: dict[str, dict[Cause, Ailment]] = field(default_factory=dict)  # providers whose newest results are not all well
    silent_ms: int = 0  # no line falls silent before this instant
    next_incident: int = 1
    blind: Blind | None = None
    regained: tuple[int, int] | None = None  # from when to when the newest blind period was, once it is over
    last_good_ms: int | None = None  # the newest canary round that was answered
    last_round: Round | None = None
    index: Index = field(default_factory=lambda: Index(Plan()))

    def copy(self) -> Memory:
        """Everything a flush changes, copied one level deep: the values are immutable. `lines` is shared until one changes."""
        return replace(
            self,
            newest=self.newest.copy(),
            stretches=self.stretches.copy(),
            behind=self.behind.copy(),
            rounds=self.rounds.copy(),
            incidents=self.incidents.copy(),
            opened=self.opened.copy(),
            pages=self.pages.copy(),
            budgets=self.budgets.copy(),
            burn_calls=self.burn_calls.copy(),
            carried=self.carried.copy(),
            manual=self.manual.copy(),
            asked=self.asked.copy(),
            ailing=self.ailing.copy(),
        )

    def gap_ms(self, check: int, location: int = LOCAL) -> int:
        """From the newest judged result to the next planned run: fast until the state is settled."""
        line = self.lines.get((check, location))
        if line is not None and line.gap_ms:
            return line.gap_ms
        return self.plan.checks[check].interval_ms

    def open_incident(self, integration: int, kind: IncidentKind = IncidentKind.VENDOR) -> IncidentRow | None:
        ident = self.opened.get((integration, kind.value))
        return None if ident is None else self.incidents.get(ident)

    def check(self, key: Key) -> CheckPlan:
        return self.plan.checks[key[0]]
