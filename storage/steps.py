"""Work that can wait, a little at a time: others write between two steps, and none of it waits for the disk with the lock held."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

from storage import lease
from storage.engine import Database

PAUSE_S: Final = 0.005  # at least: who waits in another process must be awake before the lock is taken again
CHECKPOINT_EVERY: Final = 10  # steps, some hundred pages: it is over in some milliseconds, and no commit of others comes to it


class Steps:
    """The turns of one piece of work of the leading worker. What a step does must be made again if it is lost."""

    def __init__(self, db: Database, epoch: int) -> None:
        self._db, self._epoch, self._taken = db, epoch, 0

    @contextmanager
    def step(self, *, synced: bool = False) -> Iterator[Connection]:
        """One short transaction; what it needs is read and reckoned before. `synced` where others act upon it. Raises Fenced."""
        with self._db.write(synced=synced) as conn:
            began = time.monotonic()
            lease.fence(conn, self._epoch)
            yield conn
        self._let_others(time.monotonic() - began)

    def _let_others(self, held_s: float) -> None:
        """For as long as the lock was held: on a busy machine that is long, and so is waking up."""
        self._taken += 1
        if self._taken % CHECKPOINT_EVERY == 0:
            self._db.checkpoint()
        else:
            self._db.sync()
        time.sleep(max(PAUSE_S, held_s))
