"""The real worker, again and again from one process that has everything imported: `python -m tests.journeys.kills.nursery FOLDER`.

A line with a Doom (JSON) begins a life, as a process of its own; its pid is said, and after its end how it ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from scheduler.__main__ import main as work
from settings import load
from storage import lease
from storage.engine import open_database
from storage.faults import NO_ANSWER, Fenced
from storage.folding import Folder
from storage.history import pack_closed_days
from tests.journeys.kills.points import Doom, Point
from tests.journeys.kills.witness import Witness

AGAIN_S = 0.05


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
    """What the calendar brings after ten seconds and after an hour, at once and again and again, as the same worker does it."""
    if point in (Point.FOLD, Point.PACK):
        threading.Thread(target=_fold_on if point is Point.FOLD else _pack_on, daemon=True).start()


def _fold_on() -> None:
    db = open_database(load().database)
    folder = Folder(db)
    with db.read() as conn:
        epoch = lease.current(conn)
    while True:
        with suppress(*NO_ANSWER, Fenced):
            folder.fold(time.time_ns() // 1_000_000, epoch=epoch)
        time.sleep(AGAIN_S)


def _pack_on() -> None:
    db = open_database(load().database)
    with db.read() as conn:
        epoch = lease.current(conn)
    while True:
        with suppress(*NO_ANSWER, Fenced):
            pack_closed_days(db, time.time_ns() // 1_000_000, epoch=epoch, limit=1)
        time.sleep(AGAIN_S)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]))
