"""What the worker knows of itself, as numbers, and from where on each is a trouble."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS

LATE_MS: Final = 2_000
DUE_MS: Final = 30_000
LAG_MS: Final = 5_000
UNSENT_MS: Final = 5 * MINUTE_MS
TRANSFER_MS: Final = 1_000
FOLD_MS: Final = 5 * MINUTE_MS
PACK_MS: Final = 3 * HOUR_MS
FULL_MS: Final = 7 * DAY_MS
FREE_BYTES: Final = 200_000_000
STARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Slowed:
    """A check that is asked less often than it should be."""

    check: str  # `integration/check`
    configured_ms: int
    achieved_ms: int
    planned_ms: int  # longer than configured where a vendor asked us to wait


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """Everything as numbers; None where nothing is known (yet). Ages are of the newest or oldest of its kind."""

    lateness_p50_ms: int | None = None
    lateness_p99_ms: int | None = None
    due: int = 0
    due_ms: int = 0
    waiting: int = 0
    pending: int = 0
    writer_lag_ms: int = 0
    lost: int = 0
    lost_age_ms: int | None = None
    dead_letters: int = 0
    dead_age_ms: int | None = None
    dead_channels: tuple[str, ...] = ()
    unsent_ms: int = 0
    slowed: tuple[Slowed, ...] = ()
    transfer_lag_ms: int = 0
    fold_age_ms: int | None = None
    pack_age_ms: int | None = None
    backup_age_ms: int | None = None
    backup_every_ms: int | None = None
    backup_failed: str = ""  # what the last one that failed said
    database_bytes: int | None = None
    free_bytes: int | None = None
    growth_bytes: int | None = None
    starts: int = 0

    @property
    def disk_full_ms(self) -> int | None:
        """How long the disk lasts at the growth of the last days; None where that is unknown or it does not grow."""
        if self.free_bytes is None or self.growth_bytes is None or self.growth_bytes <= 0:
            return None
        return self.free_bytes * DAY_MS // self.growth_bytes

    def as_body(self) -> dict[str, Any]:
        """JSON-ready, for a beat."""
        return {**asdict(self), "disk_full_ms": self.disk_full_ms}
