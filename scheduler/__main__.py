"""`python -m scheduler`: the worker as a process. It leads, or stands by until it may."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Final

import observe
from core.exits import Exit, Refusal
from scheduler import interpreter
from scheduler.beats import beat_parent, has_parent
from scheduler.clock import Clock
from scheduler.distress import Distress
from scheduler.stopping import Stopping
from scheduler.worker import Worker
from settings import Settings, load
from storage import timeline
from storage.engine import Database, open_database
from storage.faults import NO_ANSWER, sentence_of
from storage.migrate import migrate

AGAIN_S: Final = 1.0
# What may pass by itself. Somebody is told, and a child of a web process tries again: whoever started that does not look at us.
PASSING: Final = frozenset({Exit.STATE_NOT_WRITABLE, Exit.DATABASE_UNREACHABLE})

log = logging.getLogger("scheduler")


def main() -> Exit:
    """Until it is told to stop, or its parent goes away. Raises Refusal."""
    settings = load()
    observe.set_up(settings, role="worker")
    interpreter.share()
    stopping = Stopping()
    watch_parent(stopping)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    distress = Distress(settings)
    opened = _opened(settings, stopping, distress)
    if opened is None:
        return Exit.OK
    db, clock = opened
    try:
        return Worker(settings, db, clock, stopping, distress).run()
    except Exception:
        log.exception("the worker ended by a bug of ours")  # redacted and reported, as a bare traceback would not be
        return Exit.FAILED
    finally:
        with suppress(*NO_ANSWER):
            db.close()


def _opened(settings: Settings, stopping: Stopping, distress: Distress) -> tuple[Database, Clock] | None:
    """The database, at this version's tables, and a clock that does not go behind what is in it. None: told to stop before."""
    while not stopping.is_set():
        try:
            return _open(settings)
        except Refusal as refusal:
            if not has_parent() or refusal.code not in PASSING:
                raise
            log.warning("the worker cannot begin: %s", refusal.sentence)
            distress.failed(refusal.sentence.rstrip("."))
        beat_parent()
        stopping.wait(AGAIN_S)
    return None


def _open(settings: Settings) -> tuple[Database, Clock]:
    migrate(settings.database)
    db = open_database(settings.database)
    try:
        return db, Clock(floor_ms=floor_ms(db))
    except NO_ANSWER as error:
        with suppress(*NO_ANSWER):
            db.close()
        raise Refusal(Exit.DATABASE_UNREACHABLE, f"The database cannot be worked with: {sentence_of(error)}.") from None


def watch_parent(stopping: Stopping) -> None:
    """A child of the web process ends when the pipe on its standard input closes, however its parent ended."""
    if not has_parent():
        return

    def wait() -> None:
        while os.read(0, 1):  # not through sys.stdin: whose lock, held here, aborts an interpreter that ends by itself
            pass
        stopping.set()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def floor_ms(db: Database) -> int:
    """The newest instant on record: time does not go behind it."""
    with db.read() as conn:
        return max((line.at_ms + line.late_ms for line in timeline.newest(conn).values()), default=0)


if __name__ == "__main__":
    try:
        raise SystemExit(int(main()))
    except Refusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        raise SystemExit(int(refusal.code)) from None
