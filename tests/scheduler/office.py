"""A recorder over a real database, with what it tells kept: for tests of the parts around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause, Outcome, ProbeResult
from core.ledger import Ledger
from core.plan import LOCAL, Plan
from scheduler import judge as judging
from scheduler.clock import Clock
from scheduler.memory import JudgeSettings, Memory
from scheduler.prober import Heard
from scheduler.recorder import Recorder
from storage.engine import Database
from storage.lease import take
from storage.results import results
from storage.sync import sync

API = DeclaredCheck("api", "API", "http", counts=True)


def declared(*checks: DeclaredCheck, slug: str = "stripe") -> DeclaredIntegration:
    return DeclaredIntegration(slug, slug.title(), slug, slug.title(), "payments", checks=checks or (API,))


@dataclass
class Audience:
    """Keeps what it is told; `doing` runs in the recorder's thread each time."""

    told: list[tuple[Ledger, Sequence[Heard]]] = field(default_factory=list)
    doing: Callable[[], object] = lambda: None
    idling: Callable[[], object] = lambda: None

    def committed(self, ledger: Ledger, memory: Memory, heard: Sequence[Heard]) -> None:
        self.told.append((ledger, heard))
        self.doing()

    def idle(self, now_ms: int) -> None:
        self.idling()

    def tick(self, now_ms: int) -> None:
        return


@dataclass
class Office:
    """One integration with one check, and a recorder that leads."""

    db: Database
    audience: Audience = field(default_factory=Audience)
    integrations: tuple[DeclaredIntegration, ...] = (declared(),)

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.epoch = take(self.db, None, self.clock.now_ms())
        self.plan: Plan = sync(self.db, self.integrations, self.clock.now_ms(), epoch=self.epoch).plan
        self.check = min(self.plan.checks)
        self.recorder = self.opened()

    def opened(self) -> Recorder:
        """A recorder that knows the plan; like that of a worker that has just begun."""
        memory = judging.load(self.plan, settings=JudgeSettings("ops"))
        return Recorder(self.db, self.epoch, self.clock, memory, self.audience)

    def heard(self, ago_s: float = 0, cause: Cause | None = None, *, request: int | None = None, **changed: Any) -> Heard:
        at_ms = self.clock.now_ms() - int(ago_s * 1000)
        made = ProbeResult(self.check, LOCAL, at_ms, 0, cause, 1_000, manual=request is not None, outcome=Outcome(cause))
        return Heard(replace(made, **changed), None, request)

    def stored(self) -> list[int]:
        """Instants of the results on disk."""
        with self.db.read() as conn:
            return [line.at_ms for line in results(conn, self.check, LOCAL, 0, self.clock.now_ms() + 60_000, 1_000)]
