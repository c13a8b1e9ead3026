"""The worker, composed: what is declared is asked when it is due, judged when it is written, and told when it is committed."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import observe
from alerts.dispatch import Dispatcher
from checks.runner import make_runner
from checks.transport import guarded_client
from config.models import Config
from core.display import plural
from core.ledger import Ledger
from scheduler import incident_view
from scheduler import judge as judging
from scheduler.beats import Beats
from scheduler.beside import UNWRITTEN_MS, Beside, unwritten
from scheduler.canary import Canaries
from scheduler.clock import Clock
from scheduler.deadman import Deadman, why_unwell
from scheduler.declarations import Declarations, Declared
from scheduler.desk import Desk
from scheduler.gauges import Gauges
from scheduler.heartbeats import Heartbeats
from scheduler.listening import Listening, canary_asker
from scheduler.memory import Memory
from scheduler.outlets import outlets
from scheduler.own_watch import LOOK_S, OwnWatch
from scheduler.prober import Heard, Prober
from scheduler.recorder import Recorder
from scheduler.rotation import Rotation
from scheduler.setup import Setup, set_up
from scheduler.vital_signs import vital_signs
from settings import Settings
from storage import states, timeline
from storage.engine import Database
from storage.faults import NO_ANSWER, sentence_of
from storage.folding import Folder
from storage.incidents import next_id, open_incidents
from storage.outbox import StoredOutbox

USER_AGENT: Final = "integration-health/0.1"
AGAIN_S: Final = 1.0

log = logging.getLogger(__name__)


class Service:
    """One life of the leading worker, from its epoch to its stop. Everything that changes state goes through the recorder."""

    def __init__(
        self, settings: Settings, db: Database, epoch: int, clock: Clock, beats: Beats, *, probing: bool = True, following: bool = True
    ) -> None:
        """`probing=False` asks no vendor: a command that does one request in the worker's place. `following` the file of integrations."""
        self.settings, self.db, self.epoch, self.clock, self.beats = settings, db, epoch, clock, beats
        self._probing, self._following = probing, following
        self.declarations = Declarations(lambda: settings.config_file, os.environ, db)
        self.rotation = Rotation()
        self.setup = Setup()
        self.recorder = Recorder(db, epoch, clock, Memory(), self)
        self.folder = Folder(db)
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.failed = False
        self.deadman: Deadman | None = None
        self._open()

    async def run(self) -> None:
        """Until `stop`, or until another worker leads."""
        turning = asyncio.create_task(self._turn())
        try:
            if await self._begun():
                await self._work()
        finally:
            self._stop.set()
            await turning
            await self.http.aclose()
            await self.private_http.aclose()
            await self.runner.close()

    async def _begun(self) -> bool:
        """False when told to stop before. A database that cannot be written is tried again, and somebody hears of it."""
        since_ms = self.clock.now_ms()
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(self._begin)
                return True
            except NO_ANSWER as error:
                log.warning("the worker cannot begin: %s", sentence_of(error))
                await self._say_unwritten(since_ms, sentence_of(error))
                await asyncio.sleep(AGAIN_S)
        return False

    async def _say_unwritten(self, since_ms: int, why: str) -> None:
        if (declared := self.declarations.current) is not None and self.clock.now_ms() - since_ms > UNWRITTEN_MS:
            channels = outlets(declared.config, self.settings, os.environ, self.http, self.private_http)
            self.dispatcher.replace(channels, declared.config.alerting.fallback)
            await self.dispatcher.emergency(unwritten(since_ms, why))

    async def _work(self) -> None:
        asking = (self.prober.run(), self.listening.run(self._stop)) if self._probing else ()
        calling = () if self.deadman is None else (self.deadman.run(self._stop),)
        tasks = [asyncio.create_task(work) for work in (*asking, self.dispatcher.run(), *calling)]
        for task in tasks:
            task.add_done_callback(self._ended)
        self.chores.start()
        self.recorder.start()
        await self._stop.wait()
        await self._close(tasks)

    def stop(self) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A worker that lost one of its parts must not beat on as if it worked: it ends, and another one begins."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the worker ended by a bug of ours", exc_info=error)
            self.failed = True
            self._stop.set()

    def _open(self) -> None:
        """Everything that lives in the event loop."""
        settings = self.settings
        self.runner = make_runner(
            ca_file=str(settings.extra_ca_file) if settings.extra_ca_file else None,
            user_agent=USER_AGENT,
            now=lambda: datetime.now(UTC),
            proxies=settings.use_proxy,
        )
        self.canaries = Canaries(settings.canaries, canary_asker(self.runner), self.clock.now_ms)
        self.listening = Listening(self.canaries, self.recorder, self.db, self.clock)
        self.prober = Prober(self.runner, self.canaries, self.clock, self.recorder.put)
        self.http = guarded_client(self.runner.wire, user_agent=USER_AGENT, https_only=True)
        self.private_http = guarded_client(self.runner.wire, user_agent=USER_AGENT, private_targets=True)
        self.dispatcher = Dispatcher(
            outbox=StoredOutbox(self.db),
            channels={},
            fallback=None,
            look=lambda ident: incident_view.look(self.db, ident, self.clock.now_ms(), settings.link_base),
            now_ms=self.clock.now_ms,
            zone=settings.timezone,
            base_url=settings.link_base,
        )
        self.desk = Desk(self.db, self.recorder, self._run_now, self._apply_text, self._channel_names)
        self.chores = Beside(
            settings, self.db, self.epoch, self.clock, self.recorder, self.folder, self.declarations, self._emergency
        ).chores(self.stop)
        self._watch_itself()

    def _watch_itself(self) -> None:
        """What this worker sees of itself, and whom it calls while it is well."""
        self.gauges = Gauges(self.clock, self.recorder, self.prober, self.runner.wire, self.chores, lambda: self.setup.works.names)
        after_ms = self.settings.own_trouble_after * 1000
        self.watch = OwnWatch(self.db, self.epoch, self.clock, self.recorder, self.gauges, self.settings.state_dir, after_ms)
        if self._probing:
            self.chores.every(LOOK_S, "the look at ourselves", self.watch.look)
        url = self.settings.deadman_url
        if url is not None and self._probing:
            every_s = float(self.settings.deadman_interval)
            self.deadman = Deadman(url.get_secret_value(), every_s, self.private_http, self.clock, self._why_unwell)

    def _why_unwell(self) -> str | None:
        health, (_, due_ms) = self.recorder.health, self.prober.behind()
        return why_unwell(beats=self.beats.writes, failing_since_ms=health.failing_since_ms, lag_ms=self.recorder.lag_ms, due_ms=due_ms)

    def _begin(self) -> None:
        """Read what the last worker knew, and run on the last good configuration."""
        now_ms = self.clock.now_ms()
        declared = self.declarations.start(now_ms, follow=self._following)
        with self.db.read() as conn:
            newest = timeline.newest(conn)
        self.heartbeats = Heartbeats(self.db, {check: line.at_ms for (check, _), line in newest.items()})
        if declared is not None:
            with self.rotation.reading(declared):
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
            self._hand_out(declared.config)

    def _hand_out(self, config: Config) -> None:
        """Give the prober its checks and the dispatcher its channels; called outside the event loop."""
        setup = self.setup
        observe.secrets.keep(value for job in setup.works.jobs.values() for value in job.secrets.values())
        channels = outlets(config, self.settings, os.environ, self.http, self.private_http)
        ran = {check for check, _ in self.recorder.memory.newest}
        self._loop.call_soon_threadsafe(self.prober.adopt, setup.plan, setup.works, ran)
        self._loop.call_soon_threadsafe(self.dispatcher.replace, channels, setup.fallback)

    def _adopt(self, declared: Declared, now_ms: int) -> None:
        """Run on another configuration, without losing what is known."""
        self._run_on(declared, now_ms)
        self.declarations.applied(declared, now_ms)
        self._hand_out(declared.config)
        log.info(
            "the configuration was applied: %d integrations, %d checks", len(self.setup.plan.integrations), len(self.setup.plan.checks)
        )

    def _run_on(self, declared: Declared, now_ms: int) -> None:
        with self.rotation.reading(declared):
            self.setup = set_up(self.db, declared, os.environ, now_ms, self.epoch, self.setup.works)
        self.recorder.change(lambda memory, now: judging.replan(memory, self.setup.plan, now, self.setup.judge))

    def _rotate(self, declared: Declared, now_ms: int) -> None:
        """Secrets in files changed: everything goes on as it is, with the new ones."""
        self._run_on(declared, now_ms)
        self.declarations.secrets_changed(now_ms)
        self._hand_out(declared.config)
        log.info("secrets in files changed and were read again")

    def _apply_text(self, text: str, file: str | None, now_ms: int) -> str:
        declared, problems = self.declarations.read(text, file or "integrations.yaml")
        if declared is None:
            raise ValueError("; ".join(["The configuration is not valid; the last good one stays", *map(str, problems[:3])]) + ".")
        self._adopt(declared, now_ms)
        return f"Applied: {plural(len(self.setup.plan.integrations), 'integration')}, {plural(len(self.setup.plan.checks), 'check')}."

    def _channel_names(self) -> tuple[frozenset[str], str | None]:
        config = self.declarations.current.config if self.declarations.current else None
        return frozenset(config.channels if config else ()), self.setup.judge.default_channel

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
        for one in heard:
            result = one.result
            if not result.manual and result.check in memory.plan.checks:
                gap_ms = memory.gap_ms(result.check, result.location)
                self._loop.call_soon_threadsafe(self.prober.hasten, result.check, gap_ms, result.at_ms)
        if ledger.alerts:
            self._loop.call_soon_threadsafe(self.dispatcher.wake)
        if any(one.request is not None for one in heard):
            self.desk.heard(heard)

    def idle(self, now_ms: int) -> None:
        self.desk.look(now_ms)

    def tick(self, now_ms: int) -> None:
        self.recorder.change(lambda memory, now: judging.tick(memory, now))
        for one in self.heartbeats.look(self.setup.plan, now_ms):
            self.recorder.put(one)
        if self._following and (declared := self.declarations.look(now_ms)) is not None:
            self._adopt(declared, now_ms)
        elif (running := self.declarations.current) is not None and self.rotation.look(now_ms):
            self._rotate(running, now_ms)

    def _emergency(self, sentence: str) -> None:
        """From any thread: straight to a channel, past an outbox that cannot be written."""
        asyncio.run_coroutine_threadsafe(self.dispatcher.emergency(sentence), self._loop)

    async def _turn(self) -> None:
        while not self._stop.is_set():
            self.beats.turn()
            if self.recorder.fenced.is_set():
                self._stop.set()
            await asyncio.sleep(0.5)

    def vital_signs(self) -> dict[str, Any]:
        """What a beat says of us."""
        said = {} if self.deadman is None else self.deadman.state
        return vital_signs(self.setup.plan, self.prober, self.recorder, self.clock, self.watch, said)

    async def _close(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Finish what is in flight within its deadline, flush, let go."""
        self.prober.stop()
        if self._probing:
            await asyncio.wait(tasks[:1], timeout=12)
        await self.chores.stop()
        await asyncio.to_thread(self.recorder.stop)
        self.desk.close()
        self.dispatcher.stop()
        await asyncio.wait(tasks, timeout=3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
