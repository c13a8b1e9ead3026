"""The worker, composed: what is declared is asked when it is due, judged when it is written, and told when it is committed."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from alerts.emergency import Emergency
from scheduler.beats import Beats
from scheduler.beside import UNWRITTEN_MS, unwritten
from scheduler.clock import Clock
from scheduler.parts import Parts
from scheduler.vital_signs import vital_signs
from settings import Settings
from storage.engine import Database
from storage.faults import NO_ANSWER, sentence_of

AGAIN_S: Final = 1.0
HANGS_S: Final = 20.0  # longer than any wait for a lock or a connection

log = logging.getLogger(__name__)


class Service:
    """One life of the leading worker, from its epoch to its stop. Everything that changes state goes through the recorder."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        epoch: int,
        clock: Clock,
        beats: Beats,
        *,
        probing: bool = True,
        following: bool = True,
        emergency: Emergency | None = None,
    ) -> None:
        """`probing=False` asks no vendor: a command that does one request in the worker's place. `following` the file of integrations.
        `emergency` remembers what this process said before it led."""
        self._clock, self._beats, self._probing = clock, beats, probing
        self._parts = Parts(settings, db, epoch, clock, beats, probing=probing, following=following, emergency=emergency, fenced=self.stop)
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.failed = False

    async def run(self) -> None:
        """Until `stop`, or until another worker leads."""
        turning = asyncio.create_task(self._turn())
        try:
            if await self._begun():
                await self._work()
        finally:
            self._stop.set()
            await turning
            await self._parts.outside.close()

    async def _begun(self) -> bool:
        """False when told to stop before. A database that cannot be written is tried again, and somebody hears of it."""
        since_ms = self._clock.now_ms()
        while not self._stop.is_set():
            try:
                await asyncio.to_thread(self._parts.running.begin)
                return True
            except NO_ANSWER as error:
                log.warning("the worker cannot begin: %s", sentence_of(error))
                await self._say_unwritten(since_ms, sentence_of(error))
                await asyncio.sleep(AGAIN_S)
        return False

    async def _say_unwritten(self, since_ms: int, why: str) -> None:
        if (declared := self._parts.running.current) is not None and self._clock.now_ms() - since_ms > UNWRITTEN_MS:
            channels = self._parts.outside.channels(declared.config, os.environ)
            self._parts.dispatcher.replace(channels, declared.config.alerting.fallback)
            await self._parts.dispatcher.emergency(unwritten(since_ms, why))

    async def _work(self) -> None:
        parts = self._parts
        asking = (parts.prober.run(), parts.listening.run(self._stop)) if self._probing else ()
        calling = () if parts.deadman is None else (parts.deadman.run(self._stop),)
        tasks = [asyncio.create_task(work) for work in (*asking, parts.dispatcher.run(), *calling)]
        for task in tasks:
            task.add_done_callback(self._ended)
        parts.chores.start()
        parts.recorder.start()
        await self._stop.wait()
        await self._close(tasks)

    def stop(self) -> None:
        """From any thread."""
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._stop.set)

    def lose(self) -> None:
        """Another worker leads, or may: from here on nothing is asked, written or sent. From any thread."""
        self._parts.recorder.fenced.set()
        self.stop()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A worker that lost one of its parts must not beat on as if it worked: it ends, and another one begins."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the worker ended by a bug of ours", exc_info=error)
            self.failed = True
            self._stop.set()

    async def _turn(self) -> None:
        """A recorder that hangs is no life either: beats that stay away have the parent, or a standby, put another worker in our place."""
        while not self._stop.is_set():
            hangs = self._parts.recorder.hangs_s() > HANGS_S
            (self._beats.stall if hangs else self._beats.turn)()
            if self._parts.recorder.fenced.is_set():
                self._stop.set()
            if self._parts.recorder.broke:
                self.failed = True
                self._stop.set()
            await asyncio.sleep(0.5)

    def vital_signs(self) -> dict[str, Any]:
        """What a beat says of us."""
        parts = self._parts
        said = {} if parts.deadman is None else parts.deadman.state
        return vital_signs(parts.running.setup.plan, parts.prober, parts.recorder, self._clock, parts.watch, said)

    async def _close(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Finish what is in flight within its deadline, flush, let go. Who leads no more has nothing to finish."""
        parts = self._parts
        parts.prober.stop()
        if parts.recorder.fenced.is_set():
            for task in tasks:
                task.cancel()
        elif self._probing:
            await asyncio.wait(tasks[:1], timeout=12)
        await parts.chores.stop()
        await asyncio.to_thread(parts.recorder.stop)
        parts.desk.close()
        parts.dispatcher.stop()
        await asyncio.wait(tasks, timeout=3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
