"""Real processes of our own that write, for tests that stop and kill them: `python -m tests.storage.children VERB URL ...`."""

from __future__ import annotations

import fcntl
import sys
import time
from pathlib import Path

from core.ledger import Ledger
from storage.engine import open_database
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


if __name__ == "__main__":
    {"write": write, "hold": hold}[sys.argv[1]](*sys.argv[2:])
