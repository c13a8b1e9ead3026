"""Within a worker that is to be killed: notes every flush in an append-only file, and ends the process at the point it was given.

It only listens to what SQLAlchemy tells of connections; nothing of ours is replaced.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event

from tests.journeys.kills.points import AFTER, BEFORE, STATEMENTS, WITHIN, Doom


class Witness:
    """One life's. `flushed` is called after the first flush has returned."""

    def __init__(self, journal: Path, doom: Doom, flushed: Callable[[], None]) -> None:
        self._fd = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._kind, _ = WITHIN.get(doom.point, ("", ()))
        self._end, self._left = doom.end, doom.nth
        self._counting = threading.Lock()
        self._flushed: Callable[[], None] | None = flushed

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._executes)
        event.listen(Engine, "commit", self._commits)
        event.listen(Engine, "rollback", self._rolled_back)
        event.listen(Pool, "checkin", self._returned)

    def _executes(self, conn: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        kind = next((kind for begins, kind in STATEMENTS.items() if statement.startswith(begins)), None)
        if kind is None:
            return
        conn.info.setdefault("kinds", set()).add(kind)
        if kind == "results":
            rows = zip(*parameters[:3], strict=True) if conn.dialect.name == "postgresql" else parameters if many else [parameters]
            keys = [row[:3] for row in rows]
            conn.info["keys"] = keys
            self._note("begun", keys)

    def _commits(self, conn: Connection) -> None:
        if conn.info.get("keys"):
            self._note("sent", conn.info["keys"])
        self._pass_by(conn.info.get("kinds", ()), BEFORE)
        conn.info["committed"] = True

    def _returned(self, _raw: Any, record: Any) -> None:
        """A connection is given back: its COMMIT has returned, and nobody has heard of it yet."""
        keys, kinds, committed = record.info.pop("keys", ()), record.info.pop("kinds", ()), record.info.pop("committed", False)
        if not committed:
            return
        if keys:
            self._note("returned", keys)
        self._pass_by(kinds, AFTER)
        if keys and self._flushed is not None:
            self._flushed, flushed = None, self._flushed
            flushed()

    def _rolled_back(self, conn: Connection) -> None:
        if not conn.invalidated:  # else there is no connection any more
            for name in ("keys", "kinds", "committed"):
                conn.info.pop(name, None)

    def _note(self, what: str, keys: Any = ()) -> None:
        line = json.dumps({"what": what, "at": time.time(), "keys": [list(key) for key in keys]}) + "\n"
        os.write(self._fd, line.encode())

    def _pass_by(self, kinds: Any, end: str) -> None:
        if self._kind not in kinds or self._end != end:
            return
        with self._counting:
            self._left -= 1
            if self._left == 0:
                self._note("died")
                os.kill(os.getpid(), signal.SIGKILL)
