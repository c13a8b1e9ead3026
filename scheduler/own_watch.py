"""The monitor watches itself: every few seconds its own figures are read, and what is wrong with them is told like any trouble."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, field, replace
from typing import Final

from core.own_figures import OwnFigures
from core.own_health import BY_KEY, Standing, stand
from scheduler.backups import NOTICE, Backups
from scheduler.clock import Clock
from scheduler.gauges import Gauges
from scheduler.growth import Growth
from scheduler.judging import oneself
from scheduler.recorder import Recorder
from storage import notices, own
from storage.engine import Database

LOOK_S: Final = 2.0

log = logging.getLogger(__name__)


@dataclass
class OwnWatch:
    """`look` is a chore of the leading worker; `figures` may be read from any thread."""

    db: Database
    epoch: int
    clock: Clock
    recorder: Recorder
    gauges: Gauges
    backups: Backups
    after_ms: int  # how long a trouble must hold before it is told, and be over before that is told
    figures: OwnFigures = field(default_factory=OwnFigures)

    def __post_init__(self) -> None:
        self._growth = Growth(self.db)
        self._standings: dict[str, Standing] = {}

    def look(self) -> None:
        """Read, judge, and tell where something is new. Raises what the database raises: the next look makes up for it."""
        now_ms = self.clock.now_ms()
        self.figures = _with_memory(self.figures, self.gauges.read(now_ms))
        try:
            self.figures = self._with_rows(self.figures, now_ms)
        finally:
            self._judge(now_ms)

    def _judge(self, now_ms: int) -> None:
        """Where nothing can be written the troubles stand until it can; meanwhile the emergency speaks."""
        known = oneself.open_troubles(self.recorder.memory)
        before, self._standings = self._standings, stand(self._standings, self.figures, now_ms, after_ms=self.after_ms, told=known)
        for key, standing in self._standings.items():
            if standing.open and not (key in known or (key in before and before[key].open)):
                log.warning("%s: %s %s", BY_KEY[key].title, standing.says, BY_KEY[key].todo)
        standings = self._standings
        if self.recorder.health.failing_since_ms is None and oneself.is_news(self.recorder.memory, standings):
            self.recorder.change(lambda memory, now: oneself.watched(memory, standings, now))

    def _with_rows(self, figures: OwnFigures, now_ms: int) -> OwnFigures:
        with self.db.read() as conn:
            rows, size, known = own.own_rows(conn, now_ms), own.size_bytes(self.db, conn), notices.notices(conn)
        backup_ms, backup_every_ms = self.backups.newest()
        figures = replace(
            figures,
            dead_letters=rows.dead_letters,
            dead_age_ms=None if rows.dead_ms is None else now_ms - rows.dead_ms,
            dead_channels=rows.dead_channels,
            unsent_ms=0 if rows.unsent_ms is None else now_ms - rows.unsent_ms,
            starts=rows.starts,
            backup_age_ms=None if backup_ms is None else now_ms - backup_ms,
            backup_every_ms=backup_every_ms,
            backup_failed=str(known[NOTICE].body.get("text", "")) if NOTICE in known else "",
            database_bytes=size,
            free_bytes=self._free_bytes(),
        )
        if self.recorder.health.failing_since_ms is not None:  # it would only wait for the lock
            return figures
        return replace(figures, growth_bytes=self._growth.note(known, size, now_ms, epoch=self.epoch))

    def _free_bytes(self) -> int | None:
        """Where the database is a file of ours."""
        path = self.db.address.path
        return None if path is None else shutil.disk_usage(path.parent).free


def _with_memory(before: OwnFigures, running: OwnFigures) -> OwnFigures:
    """What the database said last stands beside what memory says now."""
    names = (
        "dead_letters",
        "dead_channels",
        "unsent_ms",
        "starts",
        "backup_every_ms",
        "backup_failed",
        "database_bytes",
        "free_bytes",
        "growth_bytes",
    )
    return replace(running, **{name: getattr(before, name) for name in names})
