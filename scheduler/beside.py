"""What runs beside the probing: folds, packs, budgets, closing months, planned windows, retention, a look at clock and writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from config.models import Config
from core.ledger import Ledger
from scheduler import judge as judging
from scheduler.budget_figures import budget_figures
from scheduler.chores import Chores
from scheduler.clock import Clock
from scheduler.closing import Closing
from scheduler.declarations import Declarations, windows
from scheduler.memory import Memory
from scheduler.nightly import Nightly
from scheduler.recorder import Recorder
from scheduler.setup import with_windows
from settings import Settings
from storage import notices
from storage.catalogue import load_catalogue
from storage.engine import Database
from storage.folding import Folder
from storage.history import pack_closed_days, repack_late_days
from storage.retention import Retention, forget
from storage.windows import replace_declared

FOLD_S: Final = 10
BUDGETS_S: Final = 30
LOOK_S: Final = 5
CLOSING_S: Final = 300
PACKING_S: Final = 3_600
UNWRITTEN_MS: Final = 10_000  # results that could not be written for so long are an emergency


def unwritten(since_ms: int, why: str) -> str:
    """What the emergency alert says."""
    return f"Results cannot be written since {datetime.fromtimestamp(since_ms / 1000, UTC):%H:%M:%S} UTC: {why}"


def kept(settings: Settings) -> Retention:
    """How long each kind of data is kept, as the operator says."""
    return Retention(
        results_days=settings.retention_results,
        evidence_days=settings.retention_evidence,
        phases_days=settings.retention_phases,
        figures_days=settings.retention_figures,
    )


@dataclass
class Beside:
    """One worker's calendar. Every chore is short, runs in a thread, and writes as the leader of `epoch` or not at all."""

    settings: Settings
    db: Database
    epoch: int
    clock: Clock
    recorder: Recorder
    folder: Folder
    declarations: Declarations
    emergency: Callable[[str], None]

    def __post_init__(self) -> None:
        self._closing = Closing(self.db, self.settings.timezone)
        self._reported_steps = 0

    def chores(self, fenced: Callable[[], None]) -> Chores:
        chores = Chores(fenced)
        chores.every(FOLD_S, "the fold", lambda: self.folder.fold(self.clock.now_ms(), epoch=self.epoch))
        chores.every(BUDGETS_S, "budgets", self._tell_budgets)
        chores.every(CLOSING_S, "closing months", lambda: self._closing.run(self.clock.now_ms(), epoch=self.epoch))
        chores.every(PACKING_S, "packing", lambda: pack_closed_days(self.db, self.clock.now_ms(), epoch=self.epoch))
        chores.every(LOOK_S, "the look at the clock", self._report_clock)
        chores.every(LOOK_S, "the look at the writing", self._report_unwritten)
        if self.settings.backup_dir is not None:
            nightly = Nightly(self.db, self.settings.backup_dir, self.settings.backup_keep, self.clock.now_ms)
            chores.daily(1, "the nightly backup", nightly.begin)
            chores.every(LOOK_S, "the look at the backup", nightly.look)
        chores.daily(3, "planned windows", self._expand_windows)
        chores.daily(2, "packing late results", lambda: repack_late_days(self.db, self.clock.now_ms(), epoch=self.epoch))
        chores.daily(4, "retention", lambda: forget(self.db, self.clock.now_ms(), kept(self.settings), epoch=self.epoch))
        return chores

    def _tell_budgets(self) -> None:
        """History says how the month's budgets stand, the judge whom to tell."""
        with self.db.read() as conn:
            figures = budget_figures(conn, self.recorder.memory, self.clock.now_ms())
        if figures:
            self.recorder.change(lambda memory, now: judging.tick(memory, now, figures))

    def _report_clock(self) -> None:
        """Steps of the machine's clock go to the system page."""
        steps = self.clock.steps
        if steps and (key := len(steps) + steps[-1].at_ms) != self._reported_steps:
            words = f"The machine's clock was changed by {steps[-1].by_ms / 1000:+.1f} s."
            notices.put(self.db, "clock", {"text": words, "ahead_ms": self.clock.ahead_ms}, self.clock.now_ms())
            self._reported_steps = key

    def _report_unwritten(self) -> None:
        """Results that cannot be written are an emergency: nothing else would tell of it."""
        health = self.recorder.health
        since = health.failing_since_ms
        if since is not None and self.clock.now_ms() - since > UNWRITTEN_MS:
            self.emergency(unwritten(since, health.error))

    def _expand_windows(self) -> None:
        """Weekly windows are written out two weeks ahead; every day goes on from there."""
        if (declared := self.declarations.current) is not None:
            self.recorder.change(lambda memory, now_ms: expanded(self.db, declared.config, memory, now_ms))


def expanded(db: Database, config: Config, memory: Memory, now_ms: int) -> tuple[Ledger, Memory]:
    """All of it within one step of the recorder: a window that a person ends meanwhile would come back with an older reading."""
    with db.read() as conn:
        catalogue = load_catalogue(conn)
    replace_declared(db, windows(config, catalogue.plan, now_ms), now_ms)
    return judging.replan(memory, with_windows(db, catalogue, now_ms), now_ms)
