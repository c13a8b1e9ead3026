"""Months close by themselves, once; what is judged otherwise after a close is corrected by a row of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Final

from core.calendar import Period, month_at
from core.corrections import reach
from core.ledger import CorrectionRow
from core.objective import Phase
from core.reading import Reading
from sla.corrections import corrected, reason
from sla.freeze import freeze, thaw_row
from sla.portfolio import Row
from sla.report import row_of
from storage import periods
from storage.accounts import read_parts
from storage.catalogue import integration_by_id
from storage.corrections import corrections
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
        self._corrected: dict[tuple[int, int], int | None] = {}  # the same -> the newest correction that was looked at

    def run(self, now_ms: int, *, epoch: int) -> None:
        """Close what is due, correct what is closed. Raises Fenced, DatabaseBusy."""
        with self._db.read() as conn:
            months = due(now_ms, self._zone, periods.closed_until(conn), first_result_ms(conn))
        for period in months:
            if self._close(period, now_ms, epoch):
                periods.note_closed_until(self._db, period.end_ms, now_ms, epoch=epoch)
        self._follow_corrections(now_ms, epoch)
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

    def _follow_corrections(self, now_ms: int, epoch: int) -> None:
        """What a person corrected after a close is a row of its own, in that person's name, however old the month is."""
        with self._db.read() as conn:
            every = corrections(conn)
            closed = periods.closed(conn, self._zone) if every else {}
        made: dict[int, list[CorrectionRow]] = {}
        for row in every:
            made.setdefault(row.integration, []).append(row)
        for (start_ms, end_ms), integrations in closed.items():
            for integration in made.keys() & integrations:
                touching = [row for row in made[integration] if _reaches(row, made[integration], start_ms, end_ms)]
                if touching and touching[-1].id != self._corrected.get((start_ms, integration)):
                    self._follow(month_at(start_ms, self._zone), touching, now_ms, epoch)
                    self._corrected[start_ms, integration] = touching[-1].id

    def _follow(self, period: Period, made: Sequence[CorrectionRow], now_ms: int, epoch: int) -> None:
        """One after the other, each as the month stood with it and all before it. A row is dated as the correction that it follows."""
        with self._db.read() as conn:
            kept = periods.periods(conn, integration=made[0].integration, start_ms=period.start_ms, replaced=True)
        rows = [row for row in kept if (row.end_ms, row.zone) == (period.end_ms, period.zone)]
        dated, closed_ms = {(row.author, row.closed_ms) for row in rows}, min(row.closed_ms for row in rows)
        followed = max((_id(row) for row in made if (row.author, row.made_ms) in dated), default=0)
        for row in made:
            held, reading = self._read(period, row.integration)
            if held is not None and reading is not None and _id(row) > followed and row.made_ms > closed_ms:
                known = replace(reading, corrections=[one for one in reading.corrections if _id(one) <= _id(row)])
                self._replace(period, held, known, now_ms, epoch, row)

    def _replace(self, period: Period, held: PeriodRow, reading: Reading, now_ms: int, epoch: int, by: CorrectionRow | None = None) -> None:
        """A newer row, where the month is judged otherwise than the one that holds says: by a person, or by ourselves."""
        before = thaw_row(dict(held.body))
        after = corrected(period, before, reading, now_ms)
        if after is None:
            return
        why, words = reason(before, after), "" if by is None else by.reason.rstrip(".") + ". "
        new = kept_as(period, after, now_ms if by is None else by.made_ms)
        periods.freeze(self._db, **asdict(new), author=by.author if by else AUTHOR, reason=words + why, epoch=epoch)

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
        if held is None or reading is None:
            return
        people = {row.author for row in reading.corrections}  # what they said lies in the reading
        if held.author in (None, AUTHOR) or held.author in people:  # any other person's word stands
            self._replace(period, held, reading, now_ms, epoch)

    def _read(self, period: Period, integration: int) -> tuple[PeriodRow | None, Reading | None]:
        with self._db.read() as conn:
            rows = periods.periods_of(conn, period.start_ms, period.end_ms, period.zone, integration)
            one = integration_by_id(conn, integration)
            reading = read_parts(conn, [one], period.start_ms, period.end_ms)[integration] if one else None
        return next(iter(rows), None), reading


def _id(row: CorrectionRow) -> int:
    return row.id or 0


def _reaches(row: CorrectionRow, every: Iterable[CorrectionRow], start_ms: int, end_ms: int) -> bool:
    begin, end = reach(row, every)
    return begin < end_ms and end > start_ms


def kept_as(period: Period, row: Row, now_ms: int) -> NewPeriod:
    """A row as storage keeps it."""
    frozen = freeze(row)
    return NewPeriod(row.integration, period.start_ms, period.end_ms, period.zone, frozen.text.decode(), frozen.sha256, now_ms)
