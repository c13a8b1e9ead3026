"""Results take little room on disk: as they grow, and packed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from core.health import Cause, Phases, ProbeResult
from core.ledger import Ledger
from storage import lease
from storage.engine import Database, open_database
from storage.history import HOT_MS, pack_closed_days
from storage.phase_hours import hours_of, pack_hours
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, MIDNIGHT, MINUTE

CHECKS, RUNS = 60, 400


def on_disk(db: Database, path: Path) -> int:
    """The file with everything in it."""
    with db.write() as conn:
        conn.exec_driver_sql("COMMIT")
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.exec_driver_sql("BEGIN")
    return path.stat().st_size


@pytest.fixture
def grown(sqlite_url: str) -> Database:
    database = open_database(sqlite_url, wait_s=0)
    sync(database, [samples.declared(f"vendor-{n}") for n in range(CHECKS)], MIDNIGHT)
    return database


def test_a_result_takes_at_most_26_bytes_as_the_table_grows(grown: Database, tmp_path: Path) -> None:
    """One after another in order of time, over many checks, as a worker writes them."""
    epoch, path, random = lease.take(grown, None, 0), tmp_path / "health.db", np.random.default_rng(3)
    before, writer = on_disk(grown, path), Writer(grown)
    for run in range(0, RUNS, 20):
        lates = random.integers(0, 40, (20, CHECKS)).tolist()
        totals = random.lognormal(np.log(120_000), 0.3, (20, CHECKS)).astype(np.int64).tolist()
        made = [
            ProbeResult(2 * check + 1, 1, MIDNIGHT + (run + n) * MINUTE + check * 997, lates[n][check], None, totals[n][check])
            for n in range(20)
            for check in range(CHECKS)
        ]
        writer.commit(Ledger(results=made), epoch=epoch)
    assert on_disk(grown, path) - before <= 26 * CHECKS * RUNS
    grown.close()


def a_days_results(check: int) -> list[ProbeResult]:
    """A minute apart with a network's noise, an outage, and a kept connection now and then that hides its phases."""
    random = np.random.default_rng(check)
    shapes = ((2_500, 0.3), (9_000, 0.1), (20_000, 0.1), (90_000, 0.25), (400, 0.5))
    phases = np.stack([random.lognormal(np.log(usual), spread, 1_440).astype(np.int64) for usual, spread in shapes]).T.tolist()
    made = []
    for n, parts in enumerate(phases):
        cause = Cause.SERVER_ERROR if 300 <= n < 320 else None
        told = None if n % 50 == 49 else Phases(*parts)
        late, more = int(random.integers(0, 25)), int(random.integers(0, 30))
        at = MIDNIGHT + n * MINUTE + check * 997
        made.append(ProbeResult(check, 1, at, late, cause, sum(parts) + more, phases=told))
    return made


def test_a_packed_result_takes_5_bytes_its_phases_9_and_hours_of_them_3(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=[one for check in (1, 2) for one in a_days_results(check)]), epoch=epoch)
    assert pack_closed_days(db, MIDNIGHT + DAY + HOT_MS, epoch=epoch) == 2
    with db.read() as conn:
        packs = conn.execute(text("SELECT day_ms, results, body, phases FROM pack")).all()
    for pack in packs:
        assert pack.results == 1_440
        assert len(pack.body) <= 5 * 1_440
        assert len(pack.phases) <= 9 * 1_440
        assert len(pack_hours(hours_of(pack))) <= 3 * 1_440
