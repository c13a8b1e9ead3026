"""Storage against its goals: durable rows a second, bytes a result, the wall over a short and a long history, a year's percentile.

python benchmarks/storage.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Outcome, ProbeResult
from core.ledger import Ledger
from core.percentile import rank
from storage import lease, measured, models, wall
from storage.bulk import insert
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.history import PACK_COLUMNS, pack_row
from storage.migrate import migrate
from storage.packing import Columns
from storage.sync import sync
from storage.writer import Writer

NOON = 1_764_072_000_000
MINUTE, DAY = 60_000, 86_400_000
WELL = Outcome()


def main() -> None:
    print(f"{'what':<44}{'seen':>14}{'goal':>14}")
    with database(100) as (db, epoch, _):
        writes(db, epoch)
    growth()
    packed()
    looks()


def writes(db: Database, epoch: int) -> None:
    """Every row is on disk when its commit returns."""
    writer = Writer(db)
    single = rate(writer, epoch, commits=100, size=1, start=0)
    for size in (100, 500):
        batched = rate(writer, epoch, commits=60, size=size, start=size * 10_000)
        row(f"durable rows/s, batches of {size}", f"{batched:,.0f}", ">= 60,000")
        row("... against one commit per result", f"{batched / single:.0f} x", ">= 20 x")


def growth() -> None:
    """One row after another in time order over many checks, as the table grows in life."""
    with database(200) as (db, epoch, path):
        before, writer, count = path.stat().st_size, Writer(db), 1_000
        for start in range(0, count, 5):
            made = [result(check, NOON + minute * MINUTE + check) for minute in range(start, start + 5) for check in range(1, 201)]
            writer.commit(Ledger(results=made), epoch=epoch)
        checkpoint(db)
        row("bytes a result, as it grows", f"{(path.stat().st_size - before) / (200 * count):.1f}", "<= 26")


def packed() -> None:
    """A year at one minute, packed: its size, and the exact p95 of all of it."""
    with database(20) as (db, _, path):
        before, days = path.stat().st_size, 35
        for check in range(1, 21):
            with db.write() as conn:
                insert(conn, models.Pack, PACK_COLUMNS, [day_of(check, NOON // DAY * DAY - ago * DAY) for ago in range(1, days + 1)])
        checkpoint(db)
        count = 20 * days * 1_440
        row("bytes a packed result, phases included", f"{(path.stat().st_size - before) / count:.1f}", "<= 14")
        with db.read() as conn:
            spent = least(lambda: percentile(measured.latencies(conn, range(1, 21), NOON - 400 * DAY, NOON)), 3)
        row("exact p95, a 10 M packed results", f"{spent * 10_000_000 / count:.2f} s", "<= 1.5 s")


def looks() -> None:
    """The wall of 1,000 checks over a history, and over one ten times as long."""
    seen = []
    for count in (50, 500):
        with database(1_000) as (db, epoch, _):
            rows = [(check, 1, NOON + n * MINUTE, 12, 0, 0, 120_000) for check in range(1, 1_001) for n in range(count)]
            with db.write() as conn:
                insert(conn, models.Result, ("check", "location", "at_ms", "late_ms", "status", "cause", "total_us"), rows)
            Folder(db).fold(NOON + count * MINUTE, epoch=epoch)
            seen.append(least(lambda db=db: look(db), 40))
            row(f"wall, 1,000 checks over {len(rows) / 1e6:g} M results", f"{seen[-1] * 1000:.1f} ms", "<= 50 ms")
    row("... the long history against the short one", f"{seen[1] / seen[0]:.2f} x", "<= 1.3 x")


def look(db: Database) -> None:
    with db.read() as conn:
        wall.summaries(conn)


@contextmanager
def database(checks: int) -> Iterator[tuple[Database, int, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "health.db"
        migrate(f"sqlite:///{path}")
        db = open_database(f"sqlite:///{path}")
        check = DeclaredCheck("api", "API", "http", True)
        sync(db, [DeclaredIntegration(f"vendor-{n:04}", f"Vendor {n}", "p", "P", "c", checks=(check,)) for n in range(checks)], NOON)
        checkpoint(db)
        yield db, lease.take(db, None, NOON), path
        db.close()


def checkpoint(db: Database) -> None:
    """Everything into the file, so that its size can be read."""
    with db.write() as conn:
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.exec_driver_sql("BEGIN")


def result(check: int, at_ms: int) -> ProbeResult:
    return ProbeResult(check, 1, at_ms, at_ms * 7_919 % 40, None, 80_000 + at_ms * 104_729 % 90_000, outcome=WELL)


def probes(start: int, count: int) -> list[ProbeResult]:
    return [result(1 + n % 100, NOON + start * 1_000 + n) for n in range(count)]


def day_of(check: int, day_ms: int) -> tuple[object, ...]:
    """1,440 results with the noise of a real network."""
    rng = np.random.default_rng(check * 1_000 + day_ms // DAY)
    shapes = ((2_500, 0.3), (9_000, 0.1), (20_000, 0.1), (90_000, 0.25), (400, 0.5))
    phases = np.stack([rng.lognormal(np.log(usual), spread, 1_440).astype(np.int64) for usual, spread in shapes])
    nought = np.zeros(1_440, np.int64)
    at = day_ms + check * 997 + np.arange(1_440) * MINUTE
    total = phases.sum(axis=0) + rng.integers(0, 30, 1_440)
    return pack_row(check, 1, day_ms, Columns(at, rng.integers(0, 25, 1_440), nought, nought, total), phases)


def percentile(values: np.ndarray) -> int:
    """The 95th by nearest rank, without sorting ten million."""
    place = rank(len(values), 95) - 1
    return int(np.partition(values, place)[place])


def rate(writer: Writer, epoch: int, *, commits: int, size: int, start: int) -> float:
    """Rows a second."""
    ledgers = [Ledger(results=probes(start + number * size, size)) for number in range(commits)]
    began = time.perf_counter()
    for ledger in ledgers:
        writer.commit(ledger, epoch=epoch)
    return commits * size / (time.perf_counter() - began)


def least(work: Callable[[], object], times: int) -> float:
    """Seconds of the quickest of some runs: what else the machine does only ever adds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)


def row(what: str, seen: str, goal: str) -> None:
    print(f"{what:<44}{seen:>14}{goal:>14}", flush=True)


if __name__ == "__main__":
    main()
