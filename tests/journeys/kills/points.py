"""Where a kill may fall, each with how it is brought about: by a trap at the receiving end, or by a witness within the worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final


class Point(StrEnum):
    """In the words of a report."""

    ASKED = "asked, not answered"
    ANSWERED = "answered, not written"
    INSIDE = "inside the transaction, before COMMIT"
    COMMITTED = "after COMMIT, before the memory"
    BETWEEN = "between two flushes"
    FOLD = "in a fold"
    PACK = "in a pack"
    UNCLAIMED = "alert committed, not claimed"
    CLAIMED = "alert claimed, not sent"
    SENDING = "alert with Slack, not answered"
    UNMARKED = "alert sent, not marked"


WORKER: Final = (Point.ASKED, Point.ANSWERED, Point.INSIDE, Point.COMMITTED, Point.BETWEEN, Point.FOLD, Point.PACK)
ALERTS: Final = (Point.UNCLAIMED, Point.CLAIMED, Point.SENDING, Point.UNMARKED)

BEFORE, AFTER = "before COMMIT", "after COMMIT"
# What a transaction is told by, and at which of its ends its points lie. The others are brought about from outside.
STATEMENTS: Final = {
    'INSERT INTO "result"': "results",
    'INSERT INTO "rollup"': "fold",
    'INSERT INTO "pack"': "pack",
    "UPDATE alert SET claimed_ms": "claim",
    "UPDATE alert SET delivered_ms": "mark",
}
WITHIN: Final[dict[Point, tuple[str, tuple[str, ...]]]] = {
    Point.INSIDE: ("results", (BEFORE,)),
    Point.COMMITTED: ("results", (AFTER,)),
    Point.FOLD: ("fold", (BEFORE, AFTER)),
    Point.PACK: ("pack", (BEFORE, AFTER)),
    Point.UNCLAIMED: ("claim", (BEFORE,)),
    Point.CLAIMED: ("claim", (AFTER,)),
    Point.UNMARKED: ("mark", (BEFORE,)),
}


@dataclass(frozen=True, slots=True)
class Doom:
    """Which life is to end where: at the `nth` time that a point is come by, at one of its two ends."""

    point: Point
    nth: int = 1
    end: str = BEFORE

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
