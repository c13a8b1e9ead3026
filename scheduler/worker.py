"""One worker's life: it registers, stands by, leads, and stands by again when it lost the lead."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from typing import Any

from core.exits import Exit
from scheduler import leader, standby
from scheduler.beats import Beats
from scheduler.clock import Clock
from scheduler.distress import Distress
from scheduler.service import Service
from scheduler.stopping import Stopping
from settings import Settings
from storage.engine import Database
from storage.faults import NO_ANSWER, Fenced, sentence_of

STAND_BY_S = 1.0

log = logging.getLogger("scheduler")


class Worker:
    """`run` in the main thread; beats, and the look whether it still leads, in a thread of their own."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, stopping: Stopping, distress: Distress) -> None:
        self._settings, self._db, self._clock, self._stopping, self._distress = settings, db, clock, stopping, distress
        self._service: Service | None = None
        self._epoch = 0
        self._lock = leader.leader_lock(settings.database)
        self._locking = threading.Lock()  # the lock is the main thread's to take and to let go, and the beats' to look after
        self._beats = Beats(db, None, clock, self._body, lead_on=self._lead_on)
        self._watch = standby.Watch(db)

    def run(self) -> Exit:
        """Until it is told to stop, or a part of it ends by a bug of ours."""
        self._beats.start()
        try:
            while not (self._stopping.is_set() or self._failed) and self._stand_by():
                try:
                    asyncio.run(self._lead())
                except Fenced:
                    log.error("another worker leads: this one stands by")
                finally:
                    self._let_go()
        finally:
            self._beats.stop()
            self._release()
        return Exit.FAILED if self._failed else Exit.OK

    def _stand_by(self) -> bool:
        """Until it leads; False when it is to end before that."""
        told = ""
        while not self._stopping.is_set():
            self._beats.turn()
            try:
                words = self._try()
            except NO_ANSWER as error:
                self._release()
                words = f"the database cannot be worked with: {sentence_of(error)}"
                self._distress.failed(sentence_of(error), self._db)
            if not words:
                return True
            if words != told:
                log.info("%s; standing by", words)
                told = words
            self._stopping.wait(STAND_BY_S)
        return False

    def _try(self) -> str:
        """Empty: this worker leads. Raises where it would, and the database cannot be written."""
        with self._locking:
            if not self._lock.try_acquire():
                self._distress.over()
                self._watch.look(can_write=self._beats.writes)
                return "another worker leads"
            self._epoch = leader.take(self._db, process=self._beats.ident(), now_ms=self._clock.now_ms())
        self._distress.over()
        self._service = None
        log.info("leading (epoch %d)", self._epoch)
        self._beats.lead()
        return ""

    async def _lead(self) -> None:
        service = self._service = Service(
            self._settings, self._db, self._epoch, self._clock, self._beats, emergency=self._distress.emergency
        )
        self._stopping.tell(service.stop)
        await service.run()

    def _lead_on(self) -> None:
        """Called at each beat, in the beats' thread."""
        try:
            with self._locking:
                leads = not self._beats.leads or leader.keep(self._db, self._lock, self._epoch)
        except NO_ANSWER:
            return
        if not leads and self._service is not None:
            log.error("the session that holds the lead was lost, and another worker has it: this one leads no more")
            self._service.lose()

    def _let_go(self) -> None:
        with self._locking:
            self._beats.follow()
            self._lock.release()

    def _release(self) -> None:
        with self._locking:
            self._lock.release()

    @property
    def _failed(self) -> bool:
        return self._service is not None and self._service.failed

    def _body(self) -> Mapping[str, Any]:
        return self._service.vital_signs() if self._service and self._beats.leads else {}
