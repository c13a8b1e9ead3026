"""Statuses and causes as the small integers storage keeps. A number once given is never given again."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from core.health import STATUS_OF, Cause, Status


class Scope(IntEnum):
    """What a rollup or summary row is of."""

    CHECK = 0
    INTEGRATION = 1


HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000

INT4: Final = 2**31 - 1  # the most a column takes: one absurd figure must not make a flush fail for ever on Postgres

STATUSES: Final = (Status.UP, Status.DEGRADED, Status.DOWN, Status.UNKNOWN)
STATUS_CODE: Final = {status: code for code, status in enumerate(STATUSES)}

CAUSES: Final[tuple[Cause | None, ...]] = (
    None,
    Cause.DNS,
    Cause.CONNECT,
    Cause.TLS,
    Cause.TIMEOUT,
    Cause.AUTH,
    Cause.QUOTA,
    Cause.CLIENT_ERROR,
    Cause.SERVER_ERROR,
    Cause.CONTRACT,
    Cause.MISSED,
    Cause.SLOW,
    Cause.BLOCKED,
    Cause.OBSERVER,
    Cause.CONFIG,
    Cause.INTERNAL,
)
CAUSE_CODE: Final = {cause: code for code, cause in enumerate(CAUSES)}

# `result.status`: the status in the two low bits, and two facts beside it.
STATUS_MASK: Final = 0b0011
UNFIT: Final = 0b0100  # our own lag spoilt the latency
MANUAL: Final = 0b1000  # asked for by a person: never counted in a streak

# (cause, fit, manual) -> flags: one look-up a result on the writer's path.
FLAGS: Final = {
    (cause, fit, manual): STATUS_CODE[STATUS_OF[cause]] | (0 if fit else UNFIT) | (MANUAL if manual else 0)
    for cause in CAUSES
    for fit in (True, False)
    for manual in (True, False)
}
