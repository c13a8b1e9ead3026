"""History against its goals: what packing, packing again and forgetting make another writer wait, and a report's exact percentiles.

python benchmarks/history.py
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from benchmarks.packing import day_of
from benchmarks.storage import DAY, NOON, database, result
from core.ledger import Ledger
from storage import catalogue, models, periods
from storage.bulk import insert
from storage.engine import Database, open_database
from storage.history import PACK_COLUMNS, pack_closed_days, repack_late_days
from storage.readings import month_latency
from storage.retention import forget
from storage.writer import Writer

CHECKS, STEP_MS = 20, 20_000  # the shortest interval: the longest days
OLD = NOON // DAY * DAY - 10 * DAY
WAIT_MS = 50


def main() -> None:
    waits()
    percentiles()


def waits() -> None:
    """How long the one waits who writes while history is put in order."""
    with database(CHECKS) as (db, epoch, path):
        every = [result(check, OLD + n * STEP_MS) for check in range(1, CHECKS + 1) for n in range(DAY // STEP_MS)]
        Writer(db).commit(Ledger(results=every), epoch=epoch)
        alone = f"{longest_wait(path, lambda: time.sleep(3)):.0f} ms with nothing under way"
        waited = longest_wait(path, lambda: pack_closed_days(db, NOON, epoch=epoch))
        say("longest wait for the write lock while days are packed", waited, "<=", WAIT_MS, "ms", seen=f"{len(every):,} results; {alone}")
        late = [result(check, OLD + n * STEP_MS + 7) for check in range(1, CHECKS + 1) for n in range(400)]
        Writer(db).commit(Ledger(results=late), epoch=epoch)
        waited = longest_wait(path, lambda: repack_late_days(db, NOON, epoch=epoch))
        say("... while they are packed again with late results", waited, "<=", WAIT_MS, "ms", seen=f"{len(late):,} late results")
        fill(db, 60)
        periods.note_closed_until(db, NOON + 900 * DAY, NOON, epoch=epoch)
        waited = longest_wait(path, lambda: forget(db, NOON + 350 * DAY, epoch=epoch))
        say("... while old phases become hours, and old days go", waited, "<=", WAIT_MS, "ms", seen=f"{CHECKS * 61:,} packed days")


def percentiles() -> None:
    """p50, p95 and p99 of one integration's packed results, as a report reads them."""
    with database(CHECKS) as (db, _, _):
        fill(db, 35)
        with db.read() as conn:
            every, began = catalogue.integrations(conn), time.perf_counter()
            found = sum(month_latency(conn, one, NOON - 400 * DAY, NOON).results for one in every)
            spent = time.perf_counter() - began
    say("exact p50, p95, p99, a 10 M packed results", spent * 10_000_000 / found, "<=", 1.5, "s", seen=f"{found:,} results")


def fill(db: Database, days: int) -> None:
    for check in range(1, CHECKS + 1):
        with db.write() as conn:
            insert(conn, models.Pack, PACK_COLUMNS, [day_of(check, NOON // DAY * DAY - (20 + ago) * DAY) for ago in range(days)])


def longest_wait(path: Path, work: Callable[[], object]) -> float:
    """In ms, of another process's connection that writes all the time."""
    other, over, seen = open_database(f"sqlite:///{path}"), threading.Event(), [0.0]

    def write() -> None:
        while not over.is_set():
            began = time.perf_counter()
            with other.write():
                seen.append((time.perf_counter() - began) * 1000)
            time.sleep(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    work()
    over.set()
    writer.join()
    other.close()
    return max(seen)


if __name__ == "__main__":
    main()
