"""A stage on which results are judged: integrations that are easy to make, and everything that was written of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from core.health import Cause, Outcome, PageReading, PageStatus, ProbeResult
from core.ledger import AlertKind, AlertRow, EventRow, IncidentKind, IncidentRow, Ledger, SpanRow, StateRow, VerdictRow
from core.plan import CheckPlan, IntegrationPlan, Plan, WindowRule
from core.voices import Round
from scheduler.judge import BudgetFigures, JudgeSettings, Memory, apply, judge, load, replan, tick

START_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
SETTINGS = JudgeSettings(default_channel="ops", locations={1: "local", 2: "Frankfurt", 3: "Virginia"})


def api(number: int, **changed: object) -> CheckPlan:
    """The counting check of integration `number`; its id is ten times that."""
    made = CheckPlan(number * 10, number, "api", "API", "http", counts=True)
    return replace(made, **changed)  # type: ignore[arg-type]


def page(number: int) -> CheckPlan:
    return CheckPlan(number * 10 + 1, number, "status_page", "Status page", "statuspage", counts=False)


def integration(number: int, *checks: CheckPlan, **changed: object) -> IntegrationPlan:
    name = f"Vendor{number}"
    made = IntegrationPlan(number, name.lower(), name, name.lower(), name, "Payments", checks=checks or (api(number),))
    return replace(made, **changed)  # type: ignore[arg-type]


def plan(*integrations: IntegrationPlan, **changed: object) -> Plan:
    made = Plan({one.id: one for one in integrations}, {check.id: check for one in integrations for check in one.checks})
    return replace(made, **changed)  # type: ignore[arg-type]


def window(start_s: float, end_s: float, *integrations: int) -> WindowRule:
    return WindowRule(START_MS + int(start_s * 1000), START_MS + int(end_s * 1000), frozenset(integrations) or None)


def result(check: int, at_s: float, cause: Cause | None = None, *, location: int = 1, **changed: object) -> ProbeResult:
    status = {Cause.SERVER_ERROR: 503, Cause.AUTH: 401, None: 200}.get(cause)
    made = ProbeResult(check, location, START_MS + int(at_s * 1000), 0, cause, 100_000, outcome=Outcome(cause, status))
    return replace(made, **changed)  # type: ignore[arg-type]


def reading(check: int, at_s: float, status: PageStatus, headline: str = "All systems operational") -> ProbeResult:
    return result(check, at_s, outcome=Outcome(page=PageReading(status, headline)))


@dataclass(frozen=True, slots=True)
class Request:
    kind: str
    body: dict[str, object]
    id: int = 1
    by: str | None = "Mara"


@dataclass
class Stage:
    """Feeds the judge and keeps what it wrote, as storage would."""

    plan: Plan
    settings: JudgeSettings = SETTINGS
    memory: Memory = field(init=False)
    ledgers: list[Ledger] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.memory = load(self.plan, settings=self.settings)

    def take(self, ledger: Ledger, memory: Memory) -> Ledger:
        self.ledgers.append(ledger)
        self.memory = memory
        return ledger

    def feed(self, results: Iterable[ProbeResult], canaries: Round | None = None) -> Ledger:
        """Judged at the instant each ended. `canaries` is the round every network failure waited for."""
        batch = list(results)
        rounds = {(one.check, one.location, one.at_ms): canaries for one in batch if one.cause is not None} if canaries else {}
        return self.take(*judge(self.memory, batch, None, rounds))

    def fail(self, check: int, from_s: float, count: int = 3, cause: Cause = Cause.SERVER_ERROR, canaries: Round | None = None) -> Ledger:
        return self.feed([result(check, from_s + 20 * number, cause) for number in range(count)], canaries)

    def well(self, check: int, from_s: float, count: int = 2) -> Ledger:
        return self.feed([result(check, from_s + 20 * number) for number in range(count)])

    def hear(self, *rounds: Round) -> Ledger:
        return self.take(*judge(self.memory, [], rounds[-1].begun_ms, idle_rounds=rounds))

    def tick(self, at_s: float, budgets: Sequence[BudgetFigures] = ()) -> Ledger:
        return self.take(*tick(self.memory, START_MS + int(at_s * 1000), budgets))

    def ask(self, kind: str, at_s: float, **body: object) -> Ledger:
        return self.take(*apply(self.memory, Request(kind, body), START_MS + int(at_s * 1000)))

    def replan(self, new: Plan, at_s: float) -> Ledger:
        return self.take(*replan(self.memory, new, START_MS + int(at_s * 1000)))

    @property
    def incidents(self) -> dict[int, IncidentRow]:
        """As storage holds them: the last row of each."""
        return {row.id: row for ledger in self.ledgers for row in ledger.incidents}

    def of(self, kind: IncidentKind) -> list[IncidentRow]:
        return [row for row in self.incidents.values() if row.kind is kind]

    @property
    def incident(self) -> IncidentRow:
        """The only one."""
        (row,) = self.incidents.values()
        return row

    @property
    def events(self) -> list[EventRow]:
        return [row for ledger in self.ledgers for row in ledger.events]

    def said(self, kind: str, incident: int | None = None) -> list[str]:
        return [row.text for row in self.events if row.kind == kind and incident in (None, row.incident)]

    @property
    def alerts(self) -> list[AlertRow]:
        return [row for ledger in self.ledgers for row in ledger.alerts]

    def told(self, incident: int | None = None) -> list[AlertKind]:
        return [row.kind for row in self.alerts if incident in (None, row.incident)]

    @property
    def spans(self) -> dict[tuple[int, int, int], SpanRow]:
        return {(row.check, row.location, row.start_ms): row for ledger in self.ledgers for row in ledger.spans}

    @property
    def verdicts(self) -> dict[tuple[int, int, int], VerdictRow]:
        return {(row.check, row.location, row.start_ms): row for ledger in self.ledgers for row in ledger.verdicts}

    @property
    def states(self) -> dict[tuple[int, int], StateRow]:
        return {(row.check, row.location): row for ledger in self.ledgers for row in ledger.states}

    def restarted(self) -> Stage:
        """Another stage whose memory was read from what this one wrote."""
        again = Stage(self.plan, self.settings)
        newest = {(one.check, one.location): one for ledger in self.ledgers for one in ledger.results}
        again.memory = load(
            self.plan,
            states=self.states.values(),
            newest=newest,
            verdicts=[row for row in self.verdicts.values() if row.end_ms is None],
            incidents=[row for row in self.incidents.values() if row.closed_ms is None],
            signals=[row for ledger in self.ledgers for row in ledger.signals],
            next_incident=max(self.incidents, default=0) + 1,
            settings=self.settings,
        )
        again.ledgers = list(self.ledgers)
        return again


def silent(at_s: float, *heard: tuple[str, Cause | None]) -> Round:
    return Round(START_MS + int(at_s * 1000), 0, 2, "example.com no answer", heard)


def answering(at_s: float) -> Round:
    return Round(START_MS + int(at_s * 1000), 2, 2, "example.com 21 ms")


def ms(at_s: float) -> int:
    return START_MS + int(at_s * 1000)
