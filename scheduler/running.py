"""The configuration in force: begun with, followed, replaced without losing what is known."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from core.display import plural
from scheduler import judge as judging
from scheduler.clock import Clock
from scheduler.declarations import Declarations, Declared
from scheduler.heartbeats import Heartbeats
from scheduler.recorder import Recorder
from scheduler.rotation import Rotation
from scheduler.setup import Setup, set_up
from settings import Settings
from storage import states, timeline
from storage.engine import Database
from storage.incidents import next_id, open_incidents

log = logging.getLogger(__name__)


@dataclass
class Running:
    """For one leader. `hand_out` gives what was set up to those who work with it; called outside the event loop."""

    settings: Settings
    db: Database
    epoch: int
    clock: Clock
    recorder: Recorder
    following: bool  # the file of integrations
    hand_out: Callable[[Declared, Setup], None]
    setup: Setup = field(default_factory=Setup)

    def __post_init__(self) -> None:
        self.declarations = Declarations(lambda: self.settings.config_file, os.environ, self.db)
        self.heartbeats = Heartbeats(self.db, {})
        self._rotation = Rotation()

    @property
    def current(self) -> Declared | None:
        return self.declarations.current

    def begin(self) -> None:
        """Read what the last worker knew, and run on the last good configuration."""
        now_ms = self.clock.now_ms()
        declared = self.declarations.start(now_ms, follow=self.following)
        with self.db.read() as conn:
            newest = timeline.newest(conn)
        self.heartbeats = Heartbeats(self.db, {check: line.at_ms for (check, _), line in newest.items()})
        if declared is not None:
            with self._rotation.reading(declared):
                self.setup = set_up(self.db, declared, os.environ, now_ms, self.epoch)
        with self.db.read() as conn:
            self.recorder.memory = judging.load(
                self.setup.plan,
                states=states.load_states(conn),
                newest=newest,
                verdicts=states.open_verdicts(conn),
                incidents=open_incidents(conn),
                signals=states.signals(conn),
                next_incident=next_id(conn),
                settings=self.setup.judge,
            )
        self.recorder.change(lambda memory, now: judging.replan(memory, self.setup.plan, now, self.setup.judge))
        if declared is not None:
            if declared is not self.declarations.current:
                self.declarations.applied(declared, now_ms)
            self.hand_out(declared, self.setup)

    def follow(self, now_ms: int) -> None:
        """What time alone brings: calls that stayed away, a file that changed, secrets that did."""
        for one in self.heartbeats.look(self.setup.plan, now_ms):
            self.recorder.put(one)
        if self.following and (declared := self.declarations.look(now_ms)) is not None:
            self._adopt(declared, now_ms)
        elif (running := self.declarations.current) is not None and self._rotation.look(now_ms):
            self._rotate(running, now_ms)

    def apply_text(self, text: str, file: str | None, now_ms: int) -> str:
        """What somebody sent: the sentence that answers. Raises ValueError with why not."""
        declared, problems = self.declarations.read(text, file or "integrations.yaml")
        if declared is None:
            raise ValueError("; ".join(["The configuration is not valid; the last good one stays", *map(str, problems[:3])]) + ".")
        self._adopt(declared, now_ms)
        return f"Applied: {plural(len(self.setup.plan.integrations), 'integration')}, {plural(len(self.setup.plan.checks), 'check')}."

    def channel_names(self) -> tuple[frozenset[str], str | None]:
        """The declared ones, and the default one."""
        config = self.current.config if self.current else None
        return frozenset(config.channels if config else ()), self.setup.judge.default_channel

    def _adopt(self, declared: Declared, now_ms: int) -> None:
        """Run on another configuration, without losing what is known."""
        self._run_on(declared, now_ms)
        self.declarations.applied(declared, now_ms)
        self.hand_out(declared, self.setup)
        log.info(
            "the configuration was applied: %d integrations, %d checks", len(self.setup.plan.integrations), len(self.setup.plan.checks)
        )

    def _rotate(self, declared: Declared, now_ms: int) -> None:
        """Secrets in files changed: everything goes on as it is, with the new ones."""
        self._run_on(declared, now_ms)
        self.declarations.secrets_changed(now_ms)
        self.hand_out(declared, self.setup)
        log.info("secrets in files changed and were read again")

    def _run_on(self, declared: Declared, now_ms: int) -> None:
        with self._rotation.reading(declared):
            self.setup = set_up(self.db, declared, os.environ, now_ms, self.epoch, self.setup.works)
        self.recorder.change(lambda memory, now: judging.replan(memory, self.setup.plan, now, self.setup.judge))
