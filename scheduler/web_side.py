"""What the web process does beside its pages: prepares the database, beats, and keeps the worker alive as its child."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from functools import cached_property

from scheduler.instance import only_instance
from scheduler.seldom import Seldom
from scheduler.supervisor import Supervisor
from settings import Settings
from storage import processes
from storage.engine import Database, open_database
from storage.faults import NO_ANSWER, sentence_of
from storage.migrate import migrate

BEAT_S = 5.0

log = logging.getLogger(__name__)


class WebSide:
    """Made when app.py is imported, started and stopped by the server."""

    def __init__(self, settings: Settings, worker: Supervisor | None) -> None:
        self._settings = settings
        self._worker = worker
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="web-beats", daemon=True)

    def prepare(self) -> None:
        """Make sure that nobody else serves this state, and bring its database to this version's tables. Raises a Refusal."""
        only_instance(self._settings.state_dir)
        migrate(self._settings.database)

    @cached_property
    def database(self) -> Database:
        return open_database(self._settings.database)

    def start(self) -> None:
        self._thread.start()
        if self._worker is not None:
            self._worker.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._worker is not None:
            self._worker.stop()
        self._thread.join(10)

    def end_at_once(self) -> None:
        """The worker, killed: for whoever does not want to wait until it has stopped."""
        if self._worker is not None:
            self._worker.kill()

    def _beat(self) -> None:
        """Heartbeats are judged by it: time in which no web process lived is unknown, nobody could have called."""
        ident: int | None = None
        warning = Seldom(log)
        while not self._stopping.is_set():
            try:
                now_ms = time.time_ns() // 1_000_000
                if ident is None:
                    ident = processes.register(self.database, "web", now_ms)
                processes.beat(self.database, ident, now_ms, leads=False, body=self._body())
                warning.over("the web process writes its beat again")
            except (*NO_ANSWER, OSError) as error:
                warning.warn("the web process cannot write its beat: %s", sentence_of(error))
            self._stopping.wait(BEAT_S)
        if ident is not None:
            with suppress(*NO_ANSWER):
                processes.end(self.database, ident, time.time_ns() // 1_000_000)

    def _body(self) -> dict[str, object]:
        child = self._worker.child if self._worker else None
        return {"worker_restarts": child.restarts, "worker_ended": child.last_end} if child else {}
