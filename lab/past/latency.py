"""How long answers took: lognormal round a usual value, with the shape of a day and a week, a slow drift and a heavy tail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.health import Cause
from lab.past.instants import Times

Micros = NDArray[np.int32]
Codes = NDArray[np.uint8]  # of causes

TIMEOUT_US: Final = 5_000_000
SPREAD: Final = 0.2
TAIL_SHARE: Final = 0.006
DAY_MS: Final = 86_400_000
NONE: Final = -1
# Shares of an answer's time: look-up, connecting, TLS, then the first byte; the rest is the transfer.
_SHARES: Final = {"http": (0.02, 0.06, 0.13, 0.76), "tls": (0.06, 0.27, 0.67, 0.0), "tcp": (0.0, 1.0, 0.0, 0.0)}
_EARLY: Final = {Cause.CONNECT: 0.08, Cause.TLS: 0.22}  # how far a run came that ended there


@dataclass(frozen=True, slots=True)
class Pace:
    """What is usual for one check. `kind`: http, tls or tcp."""

    usual_ms: float
    limit_ms: int | None
    kind: str


def well(times: Times, pace: Pace, random: np.random.Generator) -> Micros:
    """Microseconds of good answers; none is slower than the limit."""
    n = len(times)
    hours = (times % DAY_MS) / 3_600_000
    days = times / DAY_MS
    daily = 1 + 0.16 * np.sin((hours - 8.5) / 24 * 2 * np.pi) + 0.05 * np.sin((hours - 11) / 12 * 2 * np.pi)
    weekly = np.where((days.astype(np.int64) + 3) % 7 >= 5, 0.93, 1.0)
    phase, turn = random.uniform(0, 2 * np.pi), random.uniform(21, 47)
    drift = 1 + 0.07 * np.sin(days / turn * 2 * np.pi + phase)
    tail = np.where(random.random(n) < TAIL_SHARE, random.uniform(1.8, 5.0, n), 1.0)
    found = pace.usual_ms * 1000 * daily * weekly * drift * tail * np.exp(random.normal(0, SPREAD, n))
    most = TIMEOUT_US * 0.9 if pace.limit_ms is None else pace.limit_ms * 920.0
    took: Micros = np.clip(found, 150, most).astype(np.int32)
    return took


def badly(cause: Cause, usual: Micros, pace: Pace, random: np.random.Generator) -> Micros:
    """Microseconds of runs that failed by a cause; `usual` is what they would have taken."""
    n = len(usual)
    took: NDArray[np.floating[Any]] = np.clip(usual * random.uniform(0.5, 1.6, n), 200, TIMEOUT_US * 0.9)
    if cause is Cause.TIMEOUT:
        took = TIMEOUT_US + random.uniform(400, 6000, n)
    elif cause is Cause.SLOW:
        limit = (pace.limit_ms or 1000) * 1000
        took = np.clip(limit * np.exp(np.abs(random.normal(0.25, 0.3, n))) + 3000, limit + 1, TIMEOUT_US * 0.95)
    elif cause is Cause.DNS:
        took = random.uniform(2_000_000, 3_100_000, n)
    elif cause in _EARLY:
        took = usual * _EARLY[cause] + 300
    return took.astype(np.int32)


def phases(total: Micros, causes: Codes, codes: dict[Cause, int], kind: str, random: np.random.Generator) -> Micros:
    """Five columns that add up to `total` where all of them happened; -1 where a phase did not."""
    n = len(total)
    found = np.full((n, 5), NONE, np.int32)
    if kind not in _SHARES:
        return found
    noise = random.uniform(0.75, 1.25, (n, 3))
    for column, share in enumerate(_SHARES[kind][:3]):
        if share:
            found[:, column] = np.maximum(total * share * (1 if kind == "tcp" else noise[:, column]), 20)
    if kind == "http":
        found[:, 3] = total * _SHARES["http"][3] * random.uniform(0.9, 1.0, n)
        found[:, 4] = np.maximum(total - found[:, :4].sum(axis=1), 0)
        found[:, 3] += total - found.sum(axis=1)
    return _cut_off(found, total, causes, codes, kind)


def _cut_off(found: Micros, total: Micros, causes: Codes, codes: dict[Cause, int], kind: str) -> Micros:
    """Where a run ended early the later phases did not happen; waiting for a byte in vain belongs to none."""
    reached = {Cause.DNS: 0, Cause.CONNECT: 1, Cause.TLS: 2, Cause.TIMEOUT: 3}
    for cause, columns in reached.items():
        rows = causes == codes[cause]
        found[rows, columns:] = NONE
        if cause is Cause.TIMEOUT and kind == "http":
            found[rows, :3] = np.maximum(found[rows, :3] // 40, 100)
    return found
