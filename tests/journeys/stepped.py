"""`python -m tests.journeys.stepped FILE`: the worker on a machine whose clock is as far off (ms) as the file says at each look."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import observe
from core.exits import Exit
from scheduler.__main__ import floor_ms
from scheduler.clock import Clock
from scheduler.distress import Distress
from scheduler.stopping import Stopping
from scheduler.worker import Worker
from settings import load
from storage.engine import open_database


def main(off: Path) -> Exit:
    settings = load()
    observe.set_up(settings, role="worker")
    stopping = Stopping()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    db = open_database(settings.database)
    try:
        clock = Clock(floor_ms=floor_ms(db), wall_ms=lambda: time.time_ns() // 1_000_000 + int(off.read_text()))
        return Worker(settings, db, clock, stopping, Distress(settings)).run()
    finally:
        db.close()


if __name__ == "__main__":
    raise SystemExit(int(main(Path(sys.argv[1]))))
