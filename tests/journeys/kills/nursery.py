"""The real worker, again and again from one process that has everything imported: `python -m tests.journeys.kills.nursery FOLDER`.

A line with a Doom (JSON) begins a life, as a process of its own; its pid is said, and after its end how it ended.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.__main__ import main as work
from tests.journeys.kills.points import Doom, Point
from tests.journeys.kills.witness import Witness

AGAIN_S: Final = 0.05
CHORES: Final = {Point.FOLD: "the fold", Point.PACK: "packing"}  # by their names in scheduler/beside.py


def die_with_parent() -> None:
    """A course that is itself killed leaves nobody behind (Linux: prctl, PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main(folder: Path) -> None:
    die_with_parent()
    for line in iter(sys.stdin.buffer.readline, b""):
        doom = Doom(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            live(folder, doom)
        say({"pid": pid})
        _, status = os.waitpid(pid, 0)
        say({"ended": os.waitstatus_to_exitcode(status)})


def say(words: dict[str, int]) -> None:
    os.write(1, json.dumps(words).encode() + b"\n")


def live(folder: Path, doom: Doom) -> NoReturn:
    """A worker as `python -m scheduler` runs it, that is watched."""
    out, nothing = os.open(folder / "lives.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.open(os.devnull, os.O_RDONLY)
    for to, fd in enumerate((nothing, out, out)):
        os.dup2(fd, to)
    Witness(folder / "journal", doom, lambda: chore(Point(doom.point))).listen()
    code = 70
    try:
        code = int(work())
    finally:
        os._exit(code)


def chore(point: Point) -> None:
    """What the worker's own calendar brings after ten seconds or after an hour is due now, and again as soon as it was done."""
    if point not in CHORES:
        return
    gc.unfreeze()  # what the worker put out of the collector's sight (scheduler.interpreter) is not listed
    (calendar,) = (found for found in gc.get_objects() if type(found) is AsyncIOScheduler)
    gc.freeze()
    name = CHORES[point]
    calendar.add_listener(lambda done: _due(calendar, name) if done.job_id == name else None, EVENT_JOB_EXECUTED)
    _due(calendar, name)


def _due(calendar: AsyncIOScheduler, name: str) -> None:
    calendar.modify_job(name, next_run_time=datetime.now(UTC) + timedelta(seconds=AGAIN_S))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]))
