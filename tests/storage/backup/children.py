"""Real processes of ours that are stopped at a step and killed there: `python -m tests.storage.backup.children VERB STEP URL ...`."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from core.exits import Refusal
from storage.backup.making import back_up
from storage.backup.reading import opened
from storage.backup.restoring import restore
from storage.engine import open_database
from storage.migrate import migrate

AT = datetime(2026, 11, 24, 13, 44, tzinfo=UTC)


def stop_at(wanted: str) -> Callable[[str], None]:
    def reached(step: str) -> None:
        if step == wanted:
            print(step, flush=True)
            time.sleep(3600)

    return reached


def upgrading(step: str, url: str) -> None:
    migrate(url, at=stop_at(step))


def restoring(step: str, url: str, file: str) -> None:
    with opened(Path(file)) as archive:
        restore(url, archive, AT, at=stop_at(step))


def backing_up(step: str, url: str, file: str) -> None:
    db, stop = open_database(url, wait_s=0), stop_at(step)
    back_up(db, Path(file), version="0", now=AT, step=lambda done, of: stop("writing"))
    db.close()


def short_of_disk(size: str, verb: str, *words: str) -> None:
    """No file of this process may grow beyond `size` bytes: what a full disk does, without one."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
    VERBS[verb]("never", *words)


VERBS: dict[str, Callable[..., None]] = {
    "upgrading": upgrading,
    "restoring": restoring,
    "backing_up": backing_up,
    "short_of_disk": short_of_disk,
}

if __name__ == "__main__":
    try:
        VERBS[sys.argv[1]](*sys.argv[2:])
    except Refusal as refusal:
        sys.stderr.write(refusal.sentence + "\n")
        raise SystemExit(int(refusal.code)) from None
