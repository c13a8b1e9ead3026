"""The parts of a leading worker, put together, and what each tells the others."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence

import observe
from alerts.dispatch import Dispatcher
from alerts.emergency import Emergency
from core.ledger import Ledger
from scheduler import incident_view, interpreter
from scheduler import judge as judging
from scheduler.backups import Backups
from scheduler.beats import Beats
from scheduler.beside import Beside
from scheduler.canary import Canaries
from scheduler.clock import Clock
from scheduler.deadman import Deadman, why_unwell
from scheduler.declarations import Declared
from scheduler.desk import Desk
from scheduler.gauges import Gauges
from scheduler.listening import Listening, canary_asker
from scheduler.memory import Memory
from scheduler.outside import Outside
from scheduler.own_watch import LOOK_S, OwnWatch
from scheduler.prober import Heard, Prober
from scheduler.recorder import Recorder
from scheduler.running import Running
from scheduler.setup import Setup
from settings import Settings
from storage.engine import Database
from storage.folding import Folder
from storage.outbox import StoredOutbox


class Parts:
    """Made inside the event loop they work in. Everything that changes state goes through the recorder."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        epoch: int,
        clock: Clock,
        beats: Beats,
        *,
        probing: bool,
        following: bool,
        emergency: Emergency | None,
        fenced: Callable[[], None],
    ) -> None:
        self.settings, self.db, self.epoch, self.clock, self.beats = settings, db, epoch, clock, beats
        self._probing, self._said, self._fenced = probing, emergency, fenced
        self._loop = asyncio.get_running_loop()
        self.recorder = Recorder(db, epoch, clock, Memory(), self)
        self.running = Running(settings, db, epoch, clock, self.recorder, following, self._hand_out)
        self.folder = Folder(db)
        self.deadman: Deadman | None = None
        self._open()
        self._watch_itself()

    def _open(self) -> None:
        """Who asks, who tells, who answers."""
        settings = self.settings
        self.outside = Outside(settings)
        runner = self.outside.runner
        self.canaries = Canaries(settings.canaries, canary_asker(runner), self.clock.now_ms)
        self.listening = Listening(self.canaries, self.recorder, self.db, self.clock)
        self.prober = Prober(runner, self.canaries, self.clock, self.recorder.put)
        self.dispatcher = Dispatcher(
            outbox=StoredOutbox(self.db),
            channels={},
            fallback=None,
            look=lambda ident: incident_view.look(self.db, ident, self.clock.now_ms(), settings.link_base),
            now_ms=self.clock.now_ms,
            zone=settings.timezone,
            base_url=settings.link_base,
            emergency=self._said,
        )
        self.desk = Desk(self.db, self.recorder, self._run_now, self.running.apply_text, self.running.channel_names)
        self.chores = Beside(
            settings, self.db, self.epoch, self.clock, self.recorder, self.folder, self.running.declarations, self._emergency
        ).chores(self._fenced)

    def _watch_itself(self) -> None:
        """What this worker sees of itself, and whom it calls while it is well."""
        self.gauges = Gauges(
            self.clock, self.recorder, self.prober, self.outside.runner.wire, self.chores, lambda: self.running.setup.works.names
        )
        after_ms = self.settings.own_trouble_after * 1000
        backups = Backups.of(self.settings.state_dir, self.settings.backup_dir)
        self.watch = OwnWatch(self.db, self.epoch, self.clock, self.recorder, self.gauges, backups, after_ms)
        if self._probing:
            self.chores.every(LOOK_S, "the look at ourselves", self.watch.look)
        url = self.settings.deadman_url
        if url is not None and self._probing:
            every_s = float(self.settings.deadman_interval)
            self.deadman = Deadman(url.get_secret_value(), every_s, self.outside.private_http, self.clock, self._why_unwell)

    def _why_unwell(self) -> str | None:
        health, (_, due_ms) = self.recorder.health, self.prober.behind()
        return why_unwell(beats=self.beats.writes, failing_since_ms=health.failing_since_ms, lag_ms=self.recorder.lag_ms, due_ms=due_ms)

    def _hand_out(self, declared: Declared, setup: Setup) -> None:
        """Give the prober its checks and the dispatcher its channels; called outside the event loop."""
        works = setup.works
        observe.secrets.renew(
            {f"{works.names[check]}: {name}": value for check, job in works.jobs.items() for name, value in job.secrets.items()}
        )
        channels = self.outside.channels(declared.config, os.environ)
        ran = {check for check, _ in self.recorder.memory.newest}
        self._loop.call_soon_threadsafe(self.prober.adopt, setup.plan, setup.works, ran)
        self._loop.call_soon_threadsafe(self.dispatcher.replace, channels, setup.fallback)
        if self._probing:
            interpreter.settle()

    def _run_now(self, check: int, at_ms: int, request: int) -> bool:
        able = self.prober.may_run(check)
        if able:
            self._loop.call_soon_threadsafe(self.prober.run_now, check, at_ms, request)
        return able

    # What the recorder tells, in its own thread.

    def committed(self, ledger: Ledger, memory: Memory, heard: Sequence[Heard]) -> None:
        """On disk: fold it, plan the next runs as the judge says, wake the dispatcher."""
        self.folder.note(ledger)
        self.gauges.heard(heard)
        ran = [one.result for one in heard if not one.result.manual and one.result.check in memory.plan.checks]
        if ran:  # one call for all: each wakes the event loop
            gaps = [(result.check, memory.gap_ms(result.check, result.location), result.at_ms) for result in ran]
            self._loop.call_soon_threadsafe(self.prober.hasten_all, gaps)
        if ledger.alerts:
            self._loop.call_soon_threadsafe(self.dispatcher.wake)
        if any(one.request is not None for one in heard):
            self.desk.heard(heard)

    def idle(self, now_ms: int) -> None:
        self.desk.look(now_ms)

    def tick(self, now_ms: int) -> None:
        self.recorder.change(lambda memory, now: judging.tick(memory, now))
        self.running.follow(now_ms)

    def _emergency(self, sentence: str) -> None:
        """From any thread: straight to a channel, past an outbox that cannot be written."""
        asyncio.run_coroutine_threadsafe(self.dispatcher.emergency(sentence), self._loop)
