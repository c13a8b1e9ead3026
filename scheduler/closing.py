"""Months close by themselves, once; what is judged otherwise after a close is corrected by a row of its own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from core.calendar import Period, month_at
from core.objective import Phase
from core.reading import Reading
from sla.corrections import corrected, reason
from sla.freeze import freeze, thaw_row
from sla.portfolio import Row
from sla.report import row_of
from storage import periods
from storage.accounts import read_parts
from storage.catalogue import integration_by_id
from storage.engine import Database
from storage.periods import NewPeriod
from storage.readings import STEP, first_result_ms, month_readings
from storage.rows import PeriodRow
from storage.troubles import Trouble, open_at

AUTHOR: Final = "monitor"
CORRECTED_MS: Final = 400 * 86_400_000  # months that ended longer ago are left in peace


def due(now_ms: int, zone: str, closed_until_ms: int | None, first_ms: int | None) -> list[Period]:
    """The months to close, oldest first: those that are over and of which something lies after what is closed.

    Before any was closed, all since the first result. A target that is set after a month was closed does not reach back.
    """
    since = first_ms if closed_until_ms is None else closed_until_ms
    found, at = [], month_at(now_ms, zone)
    while since is not None and at.start_ms > since:
        at = month_at(at.start_ms - 1, zone)
        found.append(at)
    return found[::-1]


class Closing:
    """`run` every few minutes, in one thread. Whatever fails is made up for by the next run."""

    def __init__(self, db: Database, zone: str) -> None:
        self._db, self._zone = db, zone
        self._looked_at: dict[tuple[int, int], frozenset[Trouble]] = {}  # (period's start, integration) -> as it was judged then

    def run(self, now_ms: int, *, epoch: int) -> None:
        """Close what is due, correct what is closed. Raises Fenced, DatabaseBusy."""
        with self._db.read() as conn:
            months = due(now_ms, self._zone, periods.closed_until(conn), first_result_ms(conn))
        for period in months:
            if self._close(period, now_ms, epoch):
                periods.note_closed_until(self._db, period.end_ms, now_ms, epoch=epoch)
        self._correct(now_ms, epoch)

    def _close(self, period: Period, now_ms: int, epoch: int) -> bool:
        """Whether no integration is waited for any more."""
        with self._db.read() as conn:
            closed = periods.closed(conn, self._zone).get((period.start_ms, period.end_ms), frozenset())
        ready, waited_for = [], 0
        for reading in month_readings(self._db, period.start_ms, period.end_ms, now_ms, without=closed):
            row = row_of(period, reading, now_ms)
            if row is not None and row.phase is Phase.CLOSED:
                ready.append(kept_as(period, row, now_ms))
            elif row is not None:
                waited_for += 1
            if len(ready) >= STEP:
                periods.close(self._db, ready, epoch=epoch)
                ready = []
        periods.close(self._db, ready, epoch=epoch)
        return waited_for == 0

    def _correct(self, now_ms: int, epoch: int) -> None:
        """What was in trouble at a month's end is looked at again whenever it is judged otherwise."""
        with self._db.read() as conn:
            closed = periods.closed(conn, self._zone)
        for (start_ms, end_ms), integrations in closed.items():
            if now_ms - end_ms > CORRECTED_MS:
                continue
            with self._db.read() as conn:
                troubles = {one: found for one, found in open_at(conn, end_ms).items() if one in integrations}
            for integration, found in troubles.items():
                if self._looked_at.get((start_ms, integration)) != found:
                    self._look_again(month_at(start_ms, self._zone), integration, now_ms, epoch)
                    self._looked_at[start_ms, integration] = found

    def _look_again(self, period: Period, integration: int, now_ms: int, epoch: int) -> None:
        held, reading = self._read(period, integration)
        if held is None or reading is None or held.author not in (None, AUTHOR):  # a person's word stands
            return
        before = thaw_row(dict(held.body))
        after = corrected(period, before, reading, now_ms)
        if after is not None:
            new = asdict(kept_as(period, after, now_ms))
            periods.freeze(self._db, **new, author=AUTHOR, reason=reason(before, after), epoch=epoch)

    def _read(self, period: Period, integration: int) -> tuple[PeriodRow | None, Reading | None]:
        with self._db.read() as conn:
            rows = periods.periods_of(conn, period.start_ms, period.end_ms, period.zone, integration)
            one = integration_by_id(conn, integration)
            reading = read_parts(conn, [one], period.start_ms, period.end_ms)[integration] if one else None
        return next(iter(rows), None), reading


def kept_as(period: Period, row: Row, now_ms: int) -> NewPeriod:
    """A row as storage keeps it."""
    frozen = freeze(row)
    return NewPeriod(row.integration, period.start_ms, period.end_ms, period.zone, frozen.text.decode(), frozen.sha256, now_ms)
