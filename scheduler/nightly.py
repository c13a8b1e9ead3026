"""The backup of every night, made by a process of its own: what packs its bytes here would be measured as the vendors' latency."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from storage import notices
from storage.backup.making import PART
from storage.engine import Database
from storage.locks import FileLock

NOTICE: Final = "backup"
_OURS: Final = re.compile(r"integration-health-\d{8}T\d{6}Z\.zip")

log = logging.getLogger(__name__)


@dataclass
class Nightly:
    """`begin` once a night, `look` every few seconds: nobody waits for it, least of all a worker that is told to stop."""

    db: Database
    folder: Path
    keep: int
    now_ms: Callable[[], int]
    _running: subprocess.Popen[str] | None = field(default=None, init=False)

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def begin(self) -> None:
        """It ends with this process: a pipe to its standard input closes."""
        if self._running is None:
            name = f"integration-health-{datetime.fromtimestamp(self.now_ms() / 1000, UTC):%Y%m%dT%H%M%SZ}.zip"
            command = [sys.executable, "-m", "cli", "backup", str(self.folder.absolute() / name)]  # no folder, no backup: not mounted
            self._running = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "ENDS_WITH_PARENT": "1"},
            )

    def look(self) -> None:
        """What came of it goes to the system page; then the oldest go."""
        running = self._running
        if running is None or running.poll() is None:
            return
        self._running = None
        said = running.communicate()[1].strip().splitlines()
        if running.returncode:
            why = said[-1] if said else f"it ended with code {running.returncode}"
            log.error("the nightly backup failed: %s", why)
            notices.put(self.db, NOTICE, {"text": f"The nightly backup failed: {why}"}, self.now_ms())
            return
        notices.drop(self.db, NOTICE)
        self._clear()

    def _clear(self) -> None:
        """The newest stay, and whatever is not ours; parts that a killed one left go."""
        made = sorted(path for path in self.folder.iterdir() if _OURS.fullmatch(path.name))
        for path in made[: -self.keep]:
            path.unlink(missing_ok=True)
        for part in self.folder.glob(f".integration-health-*.zip{PART}"):
            lock = FileLock(part)
            if lock.try_acquire():
                part.unlink(missing_ok=True)
                lock.release()
