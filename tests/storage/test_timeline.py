"""Spans, verdicts, windows and closed months over a stretch of time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.health import Cause
from core.ledger import Ledger, SpanRow, WindowKind, WindowRow
from storage import accounts, catalogue, changes, periods, states, timeline, windows
from storage.engine import Database
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import HOUR, LOCAL, MINUTE, NOON

SPANS = [
    samples.span(1, NOON, NOON + HOUR),
    samples.span(1, NOON + HOUR, NOON + 2 * HOUR, Cause.TIMEOUT),
    samples.span(1, NOON + 3 * HOUR, None),
    samples.span(2, NOON, None),
]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (NOON, NOON + 1, [SPANS[0]]),
        (NOON + HOUR - 1, NOON + HOUR + 1, SPANS[:2]),
        (NOON + HOUR, NOON + HOUR + 1, [SPANS[1]]),
        (NOON + 2 * HOUR, NOON + 3 * HOUR, []),
        (NOON + 9 * HOUR, NOON + 10 * HOUR, [SPANS[2]]),
        (0, NOON, []),
        (0, NOON + 9 * HOUR, SPANS[:3]),
    ],
)
def test_the_spans_that_reach_into_a_stretch_are_found(db: Database, epoch: int, since: int, until: int, found: list[SpanRow]) -> None:
    samples.watched(db)
    Writer(db).commit(Ledger(spans=SPANS), epoch=epoch)
    with db.read() as conn:
        assert timeline.spans(conn, [1], since, until) == found


def test_the_judge_goes_on_with_what_is_open(db: Database, epoch: int) -> None:
    samples.watched(db)
    verdicts = [samples.verdict_row(1, NOON, NOON + 1), samples.verdict_row(1, NOON + 5, None)]
    results = [samples.result(1, NOON), samples.result(1, NOON + MINUTE, Cause.TIMEOUT), samples.result(2, NOON)]
    Writer(db).commit(Ledger(results=results, spans=SPANS, verdicts=verdicts), epoch=epoch)
    with db.read() as conn:
        assert states.open_verdicts(conn) == verdicts[1:]
        newest = timeline.newest(conn)
        assert timeline.verdicts(conn, [1], NOON + 2, NOON + 9) == verdicts[1:]
    assert {key: (line.at_ms, line.cause) for key, line in newest.items()} == {
        (1, LOCAL): (NOON + MINUTE, Cause.TIMEOUT),
        (2, LOCAL): (NOON, None),
    }


def window(start_ms: int, end_ms: int, reason: str = "upgrade") -> WindowRow:
    return WindowRow(WindowKind.MAINTENANCE, start_ms, end_ms, None, reason, origin="file")


def planned(db: Database) -> list[tuple[int, int, str]]:
    with db.read() as conn:
        return [(row.start_ms - NOON, row.end_ms - NOON, row.reason) for row in windows.windows(conn, 0, NOON * 2)]


def test_declared_windows_are_replaced_from_now_on_and_kept_in_the_past(db: Database) -> None:
    windows.replace_declared(db, [window(NOON, NOON + 10), window(NOON + 20, NOON + 30), window(NOON + 50, NOON + 60)], NOON)
    windows.replace_declared(db, [window(NOON + 50, NOON + 70)], NOON + 25)
    assert planned(db) == [(0, 10, "upgrade"), (20, 25, "upgrade"), (50, 70, "upgrade")]


def test_the_same_windows_again_change_nothing(db: Database) -> None:
    declared = [window(NOON, NOON + 100), window(NOON + 200, NOON + 300)]
    windows.replace_declared(db, declared, NOON + 10)
    with db.read() as conn:
        before = changes.versions(conn)
    windows.replace_declared(db, declared, NOON + 50)
    assert planned(db) == [(10, 100, "upgrade"), (200, 300, "upgrade")]
    with db.read() as conn:
        assert changes.versions(conn) == before


def test_what_people_planned_is_not_touched_by_the_file(db: Database, epoch: int) -> None:
    Writer(db).commit(Ledger(windows=[replace(window(NOON, NOON + 100, "theirs"), origin="ui", by="Mina")]), epoch=epoch)
    windows.replace_declared(db, [], NOON + 10)
    assert planned(db) == [(0, 100, "theirs")]


def test_a_window_that_was_cancelled_is_kept_and_neither_planned_nor_counted(db: Database, epoch: int) -> None:
    (row,) = stored(db, epoch, replace(window(NOON + 20, NOON + 90), origin="ui", by="Mina"))
    Writer(db).commit(Ledger(windows=[replace(row, end_ms=row.start_ms)]), epoch=epoch)
    assert planned(db) == []
    with db.read() as conn:
        assert windows.not_over(conn, NOON) == []
        assert windows.window(conn, row.id or 0) == replace(row, end_ms=NOON + 20)
        assert windows.window(conn, 4711) is None


def test_what_is_not_over_is_found_however_far_ahead(db: Database, epoch: int) -> None:
    found = stored(db, epoch, window(NOON - 9, NOON, "over"), window(NOON - 9, NOON + 1), window(NOON + 900 * HOUR, NOON + 901 * HOUR))
    assert [row.start_ms for row in found] == [NOON - 9, NOON + 900 * HOUR]


def stored(db: Database, epoch: int, *rows: WindowRow) -> list[WindowRow]:
    """What of them is not over at noon, as it is stored."""
    Writer(db).commit(Ledger(windows=list(rows)), epoch=epoch)
    with db.read() as conn:
        return windows.not_over(conn, NOON)


def test_an_account_reads_everything_of_an_integration_at_once(db: Database, epoch: int) -> None:
    samples.watched(db, "stripe", "paypal")
    ledger = samples.outage(1, 1, NOON)
    ledger.windows.append(WindowRow(WindowKind.MAINTENANCE, NOON, NOON + MINUTE, (2,)))
    ledger.windows.append(WindowRow(WindowKind.SILENCE, NOON, NOON + MINUTE, None))
    Writer(db).commit(ledger, epoch=epoch)
    sync(db, [replace(samples.declared("stripe"), checks=samples.declared("stripe").checks[1:]), samples.declared("paypal")], NOON + HOUR)
    with db.read() as conn:
        rows = catalogue.integrations(conn)
        parts = accounts.read_parts(conn, rows, NOON - HOUR, NOON + HOUR)
    assert [len(part) for part in (parts[1].spans, parts[1].verdicts, parts[1].incidents)] == [2, 1, 1]
    assert (parts[1].newest_ms, parts[1].first_ms) == ({(1, LOCAL): NOON + 12}, {(1, LOCAL): NOON - HOUR})
    assert parts[1].removed_ms == {1: NOON + HOUR}
    assert (list(parts[1].maintenance), list(parts[2].maintenance)) == ([], [(NOON, NOON + MINUTE)])
    assert (parts[2].spans, parts[2].incidents) == ([], [])


def test_a_closed_month_is_corrected_by_a_new_row_with_author_and_reason(db: Database) -> None:
    month = {"integration": 1, "start_ms": NOON, "end_ms": NOON + HOUR, "zone": "Europe/Berlin", "closed_ms": NOON + 2 * HOUR}
    first = periods.freeze(db, **month, body='{"down": 3}', digest="a")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="author"):
        periods.freeze(db, **month, body='{"down": 0}', digest="b")  # type: ignore[arg-type]
    second = periods.freeze(db, **month, body='{"down": 0}', digest="b", author="Mina", reason="was ours")  # type: ignore[arg-type]
    with db.read() as conn:
        (holds,) = periods.periods(conn, integration=1)
        assert [row.id for row in periods.periods(conn, replaced=True)] == [second, first]
    assert (holds.body, holds.text, holds.hash, holds.replaces, holds.author) == ({"down": 0}, '{"down": 0}', "b", first, "Mina")
