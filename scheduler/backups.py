"""When the newest backup was made and how often one is, as the files say, whoever makes them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Final

from core.own_figures import DAY_MS

FOLDER: Final = "backups"
NOTICE: Final = "backup"  # what went wrong with the one of this night
LOOKED_AT: Final = 6  # the newest
ENOUGH: Final = 3  # so many make a habit


@dataclass(frozen=True, slots=True)
class Backups:
    """A folder with backups. `nightly`: one is made every night; else what is there makes the habit, a day at least."""

    folder: Path
    nightly: bool = False

    @classmethod
    def of(cls, state_dir: Path, backup_dir: Path | None) -> Backups:
        """Those of every night where there are any, else those that somebody makes by hand or by cron."""
        return cls(state_dir / FOLDER) if backup_dir is None else cls(backup_dir, nightly=True)

    def newest(self) -> tuple[int | None, int | None]:
        """The newest one's instant, and the usual time between two; None where there is none, or no habit yet."""
        try:
            found = (path.stat().st_mtime_ns // 1_000_000 for path in self.folder.glob("*.zip"))
            made = sorted(found, reverse=True)[:LOOKED_AT]
        except OSError:
            made = []
        if self.nightly or len(made) < ENOUGH:
            return (made[0] if made else None), (DAY_MS if self.nightly else None)
        return made[0], max(DAY_MS, median_low([after - before for after, before in pairwise(made)]))
