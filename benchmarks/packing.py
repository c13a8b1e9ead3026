"""What a packed day costs: bytes a result, bytes of its phases, and the exact 95th percentile of ten million packed results."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from benchmarks.storage import DAY, MINUTE, TODAY, database
from storage import measured, models
from storage.bulk import insert
from storage.history import PACK_COLUMNS, pack_row
from storage.packing import Columns

CHECKS, DAYS = 20, 347
COUNT = CHECKS * DAYS * 1_440
SHAPES = ((2_500, 0.3), (9_000, 0.1), (20_000, 0.1), (90_000, 0.25), (400, 0.5))  # of each phase: usual us, spread


def main() -> None:
    """Twenty checks a minute for a year: ten million."""
    with database(CHECKS) as (db, _, _):
        sizes = np.zeros(2)
        for check in range(1, CHECKS + 1):
            packs = [day_of(check, TODAY - ago * DAY) for ago in range(1, DAYS + 1)]
            sizes += [sum(len(pack[4]) for pack in packs), sum(len(pack[5]) for pack in packs)]  # type: ignore[arg-type]
            with db.write() as conn:
                insert(conn, models.Pack, PACK_COLUMNS, packs)
        own, phases = sizes / COUNT
        say("a packed day, bytes a result", own, "<=", 5, "bytes", seen=f"{COUNT / 1e6:.1f} M results")
        say("its phases, bytes a result", phases, "<=", 9, "bytes", seen="five phases each")
        spent = []
        for _ in range(3):
            began = time.perf_counter()
            with db.read() as conn:
                values = measured.latencies(conn, range(1, CHECKS + 1), TODAY - 400 * DAY, TODAY)
                measured.nearest_ranks(values, [95])
            spent.append(time.perf_counter() - began)
        say(f"exact p95 of {len(values) / 1e6:.0f} M packed results", min(spent), "<=", 1.5, "s", seen="the least of 3")


def day_of(check: int, day_ms: int) -> tuple[object, ...]:
    """1,440 results with the noise of a real network."""
    rng = np.random.default_rng(check * 1_000 + day_ms // DAY)
    phases = np.stack([rng.lognormal(np.log(usual), spread, 1_440).astype(np.int64) for usual, spread in SHAPES])
    nought = np.zeros(1_440, np.int64)
    at = day_ms + check * 997 + np.arange(1_440) * MINUTE
    total = phases.sum(axis=0) + rng.integers(0, 30, 1_440)
    return pack_row(check, 1, day_ms, Columns(at, rng.integers(0, 25, 1_440), nought, nought, total), phases)


if __name__ == "__main__":
    main()
