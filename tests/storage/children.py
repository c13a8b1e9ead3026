"""Real processes of our own that write, for tests that stop and kill them: `python -m tests.storage.children VERB URL ...`."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, event

from core.ledger import Ledger
from storage.engine import open_database
from storage.history import repack_late_days
from storage.writer import Writer
from tests.storage import samples


def write(url: str, epoch: str, check: str, count: str) -> None:
    """Commit one result after another; each number is printed when its commit has returned."""
    db = open_database(url, wait_s=0)
    writer = Writer(db)
    for number in range(int(count)):
        writer.commit(Ledger(results=[samples.result(int(check), samples.NOON + number)]), epoch=int(epoch))
        print(number, flush=True)
    db.close()


def hold(path: str) -> None:
    """Hold a lock file until killed."""
    with Path(path).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        time.sleep(3600)


def repack_dying(url: str, epoch: str, now_ms: str) -> None:
    """Repack again and again in a process of its own: the first is killed before its first statement, the next one step later.

    After each of them a line says where it died, and a line of the asker's is waited for; the last lives.
    """
    for step in range(1, 100):
        said, dying = os.pipe()
        pid = os.fork()
        if pid == 0:
            _repack_until(url, int(epoch), int(now_ms), step, dying)
        os.close(dying)
        _, status = os.waitpid(pid, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(f"killed {os.read(said, 60).decode()}" if killed else "ended", flush=True)
        os.close(said)
        sys.stdin.readline()
        if not killed:
            sys.exit(os.waitstatus_to_exitcode(status))


def _repack_until(url: str, epoch: int, now_ms: int, step: int, dying: int) -> NoReturn:
    """Every statement, the commit and the moment after it is a step."""
    left, wrote = step, False

    def die(where: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.write(dying, where.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def before(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        nonlocal wrote
        wrote = wrote or statement.startswith("DELETE")
        die(f"before {statement[:40]}")

    def commit(conn: Connection) -> None:
        die("before COMMIT")
        conn.connection.commit()
        if wrote:
            die("after COMMIT")

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", commit)
    db = open_database(url, wait_s=0)
    repack_late_days(db, now_ms, epoch=epoch)
    os._exit(0)


if __name__ == "__main__":
    {"write": write, "hold": hold, "repack_dying": repack_dying}[sys.argv[1]](*sys.argv[2:])
