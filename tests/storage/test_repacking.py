"""What comes for a packed day is taken into its pack: nothing is lost, nothing doubled, whenever the process dies."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.health import Cause, ProbeResult
from core.ledger import Ledger
from storage import lease, measured, results, timeline
from storage.engine import Database
from storage.faults import Fenced
from storage.history import HOT_MS, pack_closed_days, repack_late_days
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import DAY, HOUR, LOCAL, MIDNIGHT, MINUTE

CHECK = 1
LATER = MIDNIGHT + 2 * DAY + HOT_MS


def ticks(start_ms: int, until_ms: int, step_ms: int, **other: object) -> list[ProbeResult]:
    return [
        samples.result(CHECK, at, None, 100_000 + at % 977, phases=samples.phases(100_000 + at % 977), **other)
        for at in range(start_ms, until_ms, step_ms)
    ]


def everything(db: Database) -> tuple[object, ...]:
    """What readers see of the check."""
    with db.read() as conn:
        lines = results.results(conn, CHECK, LOCAL, 0, LATER, 10_000)
        series, phases = results.series(conn, CHECK, LOCAL, 0, LATER), results.phases(conn, CHECK, LOCAL, 0, LATER)
        latencies = sorted(measured.latencies(conn, [CHECK], MIDNIGHT, MIDNIGHT + 2 * DAY).tolist())
        edges = timeline.newest_edges(conn, [CHECK])
    arrays = [getattr(one, name).tolist() for one in (series, phases) for name in type(one).__slots__]
    return lines, arrays, latencies, edges


def stored(db: Database) -> tuple[int, int, int]:
    """Results and phases as rows, and results in packs."""
    with db.read() as conn:
        counts = ("COUNT(*) FROM result", "COUNT(*) FROM phase", "SUM(results) FROM pack")
        one, two, three = (conn.execute(text(f"SELECT {count}")).scalar_one() for count in counts)
    return one, two, three


@pytest.fixture
def late(db: Database, epoch: int) -> Database:
    """Two packed days and, beside the first, rows that came later: 60 new ones, and one that was there already, told otherwise."""
    samples.watched(db)
    writer = Writer(db)
    writer.commit(Ledger(results=ticks(MIDNIGHT, MIDNIGHT + 2 * DAY, 5 * MINUTE)), epoch=epoch)
    assert pack_closed_days(db, LATER, epoch=epoch) == 2
    again = samples.result(CHECK, MIDNIGHT, Cause.SLOW, 9_000_000, phases=samples.phases(9_000_000))
    without = replace(samples.result(CHECK, MIDNIGHT + 90_000, None, 77_000), phases=None)
    writer.commit(Ledger(results=[*ticks(MIDNIGHT + MINUTE, MIDNIGHT + 5 * HOUR, 5 * MINUTE), again, without]), epoch=epoch)
    return db


def test_readers_see_later_rows_before_and_after_they_are_packed(late: Database, epoch: int) -> None:
    seen = everything(late)
    assert stored(late) == (62, 61, 576)
    assert repack_late_days(late, LATER, epoch=epoch) == 1
    assert everything(late) == seen
    assert stored(late) == (0, 0, 576 + 61)
    assert len(seen[2]) == 576 + 61  # type: ignore[arg-type]
    assert repack_late_days(late, LATER, epoch=epoch) == 0


def test_a_result_that_is_written_again_after_its_day_was_packed_stays_as_it_was(late: Database, epoch: int) -> None:
    for _ in range(2):
        with late.read() as conn:
            first = results.results(conn, CHECK, LOCAL, MIDNIGHT, MIDNIGHT + 1)
            told = results.phases(conn, CHECK, LOCAL, MIDNIGHT, MIDNIGHT + 1)
        assert [(line.cause, line.total_us) for line in first] == [(None, 100_000 + MIDNIGHT % 977)]
        assert told.first_byte_us.tolist() == [100_000 + MIDNIGHT % 977 - 31_500]
        repack_late_days(late, LATER, epoch=epoch)


def test_the_newest_results_are_not_mistaken_for_late_ones(late: Database) -> None:
    with late.read() as conn:
        newest = results.results(conn, CHECK, LOCAL, 0, LATER, 70)
        judged = timeline.newest(conn)
    assert [line.at_ms for line in newest] == [MIDNIGHT + 2 * DAY - n * 5 * MINUTE for n in range(1, 71)]
    assert judged == {}  # what is hot is of a day that was packed long ago


def test_a_day_that_is_not_packed_yet_is_left_to_packing(db: Database, epoch: int) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(results=ticks(MIDNIGHT, MIDNIGHT + HOUR, MINUTE)), epoch=epoch)
    assert repack_late_days(db, LATER, epoch=epoch) == 0
    assert stored(db)[0] == 60


def test_whoever_no_longer_leads_packs_nothing_again(late: Database, epoch: int) -> None:
    seen = everything(late)
    lease.take(late, None, LATER)
    with pytest.raises(Fenced):
        repack_late_days(late, LATER, epoch=epoch)
    assert (stored(late), everything(late)) == ((62, 61, 576), seen)


def test_kill_9_at_any_step_of_a_repack_loses_and_doubles_nothing(late: Database, url: str, epoch: int) -> None:
    seen, before, after = everything(late), (62, 61, 576), (0, 0, 637)
    found = []
    command = [sys.executable, "-m", "tests.storage.children", "repack_dying", url, str(epoch), str(LATER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        for said in child.stdout:
            found.append((said.strip(), stored(late)))
            assert everything(late) == seen
            child.stdin.write("go on\n")
            child.stdin.flush()
    steps = [step for step, _ in found]
    assert child.returncode == 0
    assert len(found) > 8, "a repack has more steps than this"
    assert steps[-2:] == ["killed after COMMIT", "ended"]
    assert {rows for step, rows in found[:-2]} == {before}
    assert [rows for _, rows in found[-2:]] == [after, after]
