"""When the newest backup was made, and how often one is, as the files in the state folder say: nothing else is told of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Final

from core.own_figures import DAY_MS

FOLDER: Final = "backups"
LOOKED_AT: Final = 6  # the newest
ENOUGH: Final = 3  # so many make a habit


def newest_backup(state_dir: Path) -> tuple[int | None, int | None]:
    """The newest one's instant, and the usual time between two (a day at least); None where there is none, or no habit yet."""
    try:
        made = sorted((path.stat().st_mtime_ns // 1_000_000 for path in (state_dir / FOLDER).glob("*.zip")), reverse=True)[:LOOKED_AT]
    except OSError:
        return None, None
    if len(made) < ENOUGH:
        return (made[0] if made else None), None
    return made[0], max(DAY_MS, median_low([after - before for after, before in pairwise(made)]))
