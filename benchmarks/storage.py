"""What storage costs: durable rows a second, bytes a result as the table grows, the wall's query over 10 and over 50 million results."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Outcome, ProbeResult
from core.ledger import Ledger
from storage import lease, models, wall
from storage.bulk import insert
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.history import PACK_COLUMNS, pack_row
from storage.migrate import migrate
from storage.packing import Columns
from storage.recount import counted
from storage.rollups import write_tallies
from storage.sync import sync
from storage.writer import Writer

NOON = 1_764_072_000_000
MINUTE, DAY = 60_000, 86_400_000
TODAY = NOON // DAY * DAY
CHECKS, SHORT, LONG = 1_000, 7, 35  # days of 1.44 million results
WELL = Outcome()


def main() -> None:
    with database(100) as (db, epoch, _):
        writes(db, epoch)
    growth()
    looks()


def writes(db: Database, epoch: int) -> None:
    """Every row is on disk when its commit returns. One commit a result is measured between the batches: both see the same disk."""
    writer, single, batched = Writer(db), [0.0], {100: [0.0], 500: [0.0]}
    for turn in range(4):
        single.append(rate(writer, epoch, commits=50, size=1, start=turn * 50))
        for size, seen in batched.items():
            seen.append(rate(writer, epoch, commits=40, size=size, start=(turn + 1) * size * 10_000))
    for size, seen in batched.items():
        say(f"durable rows a second, batches of {size}", max(seen), ">=", 60_000, "rows/s", seen="the best of 4")
        words = f"{max(seen):,.0f} and {max(single):,.0f} rows/s"
        say(f"batches of {size} against one commit a result", max(seen) / max(single), ">=", 20, seen=words)


def growth() -> None:
    """One row after another in time order over many checks, as the table grows in life."""
    with database(200) as (db, epoch, path):
        before, writer, count = path.stat().st_size, Writer(db), 1_000
        for start in range(0, count, 5):
            made = [result(check, NOON + minute * MINUTE + check) for minute in range(start, start + 5) for check in range(1, 201)]
            writer.commit(Ledger(results=made), epoch=epoch)
        checkpoint(db)
        grown = path.stat().st_size - before
        say("bytes a result, as the table grows", grown / (200 * count), "<=", 26, "bytes", seen=f"{200 * count:,} results")


def looks() -> None:
    """The wall of 1,000 checks over a history of 10 million results and one of 50 million, looked at in turn."""
    with database(CHECKS) as (db, epoch, path), tempfile.TemporaryDirectory() as folder:
        for ago in range(1, SHORT + 1):
            past(db, epoch, TODAY - ago * DAY)
        settle(db, epoch)
        short = Path(folder) / "health.db"
        shutil.copy(path, short)
        for ago in range(SHORT + 1, LONG + 1):
            past(db, epoch, TODAY - ago * DAY)
        settle(db, epoch)
        with closing(open_database(f"sqlite:///{short}")) as other:
            looked([(db, path), (other, short)])


def looked(histories: Sequence[tuple[Database, Path]]) -> None:
    spent = [min(each) for each in zip(*([seconds(db) for db, _ in histories] for _ in range(40)), strict=True)]
    counts = [results_in(db) for db, _ in histories]
    sizes = " and ".join(
        f"{count / 1e6:.1f} M results in {path.stat().st_size / 2**20:.0f} MiB" for count, (_, path) in zip(counts, histories, strict=True)
    )
    say("wall query, 1,000 checks, 50 M results", spent[0] * 1000, "<=", 50, "ms", seen=sizes)
    say(
        "wall query, 50 M against 10 M results",
        spent[0] / spent[1],
        "<=",
        1.3,
        seen=f"{spent[0] * 1000:.1f} ms, {spent[1] * 1000:.1f} ms, the least of 40 in turn",
    )


def past(db: Database, epoch: int, day_ms: int) -> None:
    """A closed day of every check, packed and counted as it would be."""
    days = [(check, day_of(check, day_ms)) for check in range(1, CHECKS + 1)]
    hours_from = TODAY - 30 * DAY
    with db.write() as conn:
        lease.fence(conn, epoch)
        insert(conn, models.Pack, PACK_COLUMNS, [pack_row(check, 1, day_ms, columns, None) for check, columns in days])
        write_tallies(conn, counted(days, {check: check for check in range(1, CHECKS + 1)}, hours_from))


def settle(db: Database, epoch: int) -> None:
    """The summary rows of what was added, and all of it in the file."""
    with db.write() as conn:
        conn.execute(text("UPDATE summary SET folded_ms = :now"), {"now": NOON})
    Folder(db).fold(NOON, epoch=epoch)
    checkpoint(db)


def results_in(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(text("SELECT SUM(results) FROM pack")).scalar_one())


def seconds(db: Database) -> float:
    began = time.perf_counter()
    look(db)
    return time.perf_counter() - began


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


def day_of(check: int, day_ms: int) -> Columns:
    """1,440 results with the noise of a real network."""
    rng = np.random.default_rng(check * 1_000 + day_ms // DAY)
    nought = np.zeros(1_440, np.int64)
    at = day_ms + check * 7 + np.arange(1_440) * MINUTE
    return Columns(at, rng.integers(0, 25, 1_440), nought, nought, rng.integers(80_000, 170_000, 1_440))


def rate(writer: Writer, epoch: int, *, commits: int, size: int, start: int) -> float:
    """Rows a second."""
    ledgers = [Ledger(results=probes(start + number * size, size)) for number in range(commits)]
    began = time.perf_counter()
    for ledger in ledgers:
        writer.commit(ledger, epoch=epoch)
    return commits * size / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
