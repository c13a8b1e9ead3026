"""Everything the judge knows between two flushes. A flush works on a copy, so a commit that fails leaves this one valid."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from core.health import Cause, ProbeResult
from core.ledger import IncidentKind, IncidentRow, VerdictRow
from core.line import HEARTBEAT, Key, Line
from core.plan import LOCAL, CheckPlan, IntegrationPlan, Plan, WindowRule
from core.voices import PageVoice, Round

REMINDER_MS: Final = 1_800_000
UNASKED: Final = frozenset({HEARTBEAT, "statuspage"})  # kinds that do not ask the vendor itself


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """What the configuration says of alerting, and how places are called."""

    default_channel: str | None = None  # for integrations that name none; blind periods are told here
    reminder_ms: int | None = REMINDER_MS  # None: no reminders
    locations: Mapping[int, str] = field(default_factory=lambda: {LOCAL: "local"})


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


Ailment = tuple[int, int, int]  # which rows a cause speaks for (bits), the newest result with it, where its kind began (ms)


class Index:
    """A plan as the judge looks things up in it; made once for each plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: dict[int, tuple[Key, ...]] = {
            integration.id: tuple((check.id, place) for check in integration.checks for place in check.locations)
            for integration in plan.integrations.values()
        }

    def integration(self, check: int) -> IntegrationPlan:
        return self.plan.integrations[self.plan.checks[check].integration]

    def knows(self, key: Key) -> bool:
        check = self.plan.checks.get(key[0])
        return check is not None and key[1] in check.locations and check.integration in self.plan.integrations

    @cached_property
    def voices(self) -> dict[Key, str]:
        """The lines that ask a vendor and count, each with its provider."""
        return {
            (check.id, place): integration.provider
            for integration in self.plan.integrations.values()
            for check in integration.checks
            if check.counts and check.kind not in UNASKED
            for place in check.locations
        }

    @cached_property
    def voiced(self) -> dict[str, tuple[Key, ...]]:
        """Provider -> its lines among the voices."""
        found: dict[str, list[Key]] = defaultdict(list)
        for key, provider in self.voices.items():
            found[provider].append(key)
        return {provider: tuple(keys) for provider, keys in found.items()}

    @cached_property
    def upstreams(self) -> dict[str, frozenset[str]]:
        """Upstream -> the providers that declare it."""
        found: dict[str, set[str]] = defaultdict(set)
        for integration in self.plan.integrations.values():
            for upstream in integration.upstreams:
                found[upstream].add(integration.provider)
        return {upstream: frozenset(providers) for upstream, providers in found.items()}

    @cached_property
    def siblings(self) -> dict[str, tuple[int, ...]]:
        """Provider -> its integrations."""
        found: dict[str, list[int]] = defaultdict(list)
        for integration in self.plan.integrations.values():
            found[integration.provider].append(integration.id)
        return {provider: tuple(ids) for provider, ids in found.items()}

    def maintained(self, integration: int, at_ms: int) -> bool:
        return self._maintenance.covers(integration, at_ms)

    def silenced(self, integration: int, at_ms: int) -> bool:
        return self._silences.covers(integration, at_ms)

    @cached_property
    def _maintenance(self) -> _Windows:
        return _Windows(self.plan.maintenance)

    @cached_property
    def _silences(self) -> _Windows:
        return _Windows(self.plan.silences)


class _Windows:
    """Windows by integration, in order of their start: a yearful of weekly ones costs one bisection."""

    def __init__(self, rules: Iterable[WindowRule]) -> None:
        found: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
        for rule in rules:
            for integration in (None,) if rule.integrations is None else rule.integrations:
                found[integration].append((rule.start_ms, rule.end_ms))
        self._by = {integration: _joined(windows) for integration, windows in found.items()}

    def covers(self, integration: int, at_ms: int) -> bool:
        return bool(self._by) and (_covers(self._by.get(integration), at_ms) or _covers(self._by.get(None), at_ms))


_Joined = tuple[list[int], list[int]]


def _joined(windows: list[tuple[int, int]]) -> _Joined:
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(windows):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        elif end > start:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _covers(windows: _Joined | None, at_ms: int) -> bool:
    if windows is None:
        return False
    place = bisect_right(windows[0], at_ms) - 1
    return place >= 0 and at_ms < windows[1][place]


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
    carried: dict[tuple[int, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)  # (check, kind) -> signal as written
    manual: dict[int, int] = field(default_factory=dict)  # check -> its newest manual run
    asked: dict[str, int] = field(default_factory=dict)  # provider -> its newest result of a check that counts
    ailing: dict[str, dict[Cause, Ailment]] = field(default_factory=dict)  # providers whose newest results are not all well
    silent_ms: int = 0  # no line falls silent before this instant
    next_incident: int = 1
    blind: Blind | None = None
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
