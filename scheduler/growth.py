"""How fast the database grows: its size once an hour, kept as a notice over restarts, and what that makes a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.own_figures import DAY_MS, HOUR_MS
from storage import notices
from storage.engine import Database
from storage.rows import NoticeRow

NOTICE: Final = "database"
KEPT_MS: Final = 7 * DAY_MS
ENOUGH_MS: Final = 6 * HOUR_MS  # over less than that, a file that grows in steps says nothing

Point = tuple[int, int]  # at (ms), bytes


class Growth:
    """For one thread."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._points: list[Point] | None = None

    def note(self, known: Mapping[str, NoticeRow], size: int, now_ms: int, *, epoch: int) -> int | None:
        """Bytes a day; None while too little is known. Raises what a write raises."""
        if self._points is None:
            self._points = points_of(known)
        if not self._points or now_ms - self._points[-1][0] >= HOUR_MS:
            points = [*(point for point in self._points if now_ms - point[0] <= KEPT_MS), (now_ms, size)]
            notices.put(self._db, NOTICE, {"points": points}, now_ms, epoch=epoch)
            self._points = points
        return growth_bytes([*self._points, (now_ms, size)])


def points_of(known: Mapping[str, NoticeRow]) -> list[Point]:
    """What an earlier worker noted."""
    noted = known[NOTICE].body.get("points", []) if NOTICE in known else []
    return [(int(at_ms), int(size)) for at_ms, size in noted]


def growth_bytes(points: Sequence[Point]) -> int | None:
    """Bytes a day between the first and the last point; None over less than six hours."""
    (first_ms, first), (last_ms, last) = points[0], points[-1]
    return (last - first) * DAY_MS // (last_ms - first_ms) if last_ms - first_ms >= ENOUGH_MS else None
