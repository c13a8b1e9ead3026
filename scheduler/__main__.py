"""`python -m scheduler`: the worker as a process. It leads, or stands by until it may."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import observe
from core.exits import Exit, Refusal
from scheduler import leader, standby
from scheduler.beats import Beats
from scheduler.clock import Clock
from scheduler.service import Service
from settings import Settings, load
from storage import processes, timeline
from storage.engine import Database, open_database
from storage.faults import NO_ANSWER, Fenced, sentence_of
from storage.migrate import migrate

STAND_BY_S = 1.0

log = logging.getLogger("scheduler")


def main() -> Exit:
    """Until it is told to stop, its parent goes away, or another worker takes the lead. Raises Refusal."""
    settings = load()
    observe.set_up(settings, role="worker")
    migrate(settings.database)
    db = open_database(settings.database)
    stopping = threading.Event()
    watch_parent(stopping)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        return _Worker(settings, db, Clock(floor_ms=_floor(db)), stopping).run()
    except Fenced:
        log.error("another worker leads: this one ends")
        return Exit.OK
    except NO_ANSWER as error:
        raise Refusal(Exit.DATABASE_UNREACHABLE, f"The database cannot be worked with: {sentence_of(error)}.") from None
    except Exception:
        log.exception("the worker ended by a bug of ours")  # redacted and reported, as a bare traceback would not be
        return Exit.FAILED
    finally:
        with suppress(*NO_ANSWER):
            db.close()


class _Worker:
    """Stands by, then leads."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, stopping: threading.Event) -> None:
        self._settings, self._db, self._clock, self._stopping = settings, db, clock, stopping
        self._service: Service | None = None
        self._ident = processes.register(db, "worker", clock.now_ms(), pid_started_ms=standby.started_ms(os.getpid()) or 0)
        self._beats = Beats(db, self._ident, clock, self._body)

    def run(self) -> Exit:
        lock = leader.leader_lock(self._settings.database)
        self._beats.start()
        try:
            epoch = self._stand_by(lock)
            if epoch is not None:
                self._beats.lead()
                asyncio.run(self._lead(epoch))
        finally:
            self._beats.stop()
            lock.release()
        return Exit.FAILED if self._service is not None and self._service.failed else Exit.OK

    def _stand_by(self, lock: leader.Lock) -> int | None:
        """The epoch, once it leads; None when it is to end before that."""
        watch, told = standby.Watch(self._db), ""
        while not self._stopping.is_set():
            self._beats.turn()
            try:
                epoch = leader.lead(self._db, lock, process=self._ident, now_ms=self._clock.now_ms())
                if epoch is not None:
                    log.info("leading (epoch %d)", epoch)
                    return epoch
                words = "another worker leads"
                watch.look(can_write=self._beats.writes)
            except NO_ANSWER as error:
                lock.release()
                words = f"the database cannot be worked with: {sentence_of(error)}"
            if words != told:
                log.info("%s; standing by", words)
                told = words
            self._stopping.wait(STAND_BY_S)
        return None

    async def _lead(self, epoch: int) -> None:
        service = self._service = Service(self._settings, self._db, epoch, self._clock, self._beats)
        watcher = asyncio.create_task(self._watch(service))
        try:
            await service.run()
        finally:
            self._stopping.set()  # a worker that lost the lead ends: its parent starts another, which stands by
            await watcher

    async def _watch(self, service: Service) -> None:
        await asyncio.to_thread(self._stopping.wait)
        service.stop()

    def _body(self) -> Mapping[str, Any]:
        return self._service.vital_signs() if self._service else {}


def watch_parent(stopping: threading.Event) -> None:
    """A child of the web process ends when the pipe on its standard input closes, however its parent ended."""
    if "BEAT_FD" not in os.environ:
        return

    def wait() -> None:
        while os.read(0, 1):  # not through sys.stdin: whose lock, held here, aborts an interpreter that ends by itself
            pass
        stopping.set()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _floor(db: Database) -> int:
    """The newest instant on record: time does not go behind it."""
    with db.read() as conn:
        return max((line.at_ms + line.late_ms for line in timeline.newest(conn).values()), default=0)


if __name__ == "__main__":
    try:
        raise SystemExit(int(main()))
    except Refusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        raise SystemExit(int(refusal.code)) from None
