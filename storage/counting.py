"""The counts that are still growing: the hours and days that new results fall into, kept in memory and written back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

from sqlalchemy import Connection, text

from core.health import Cause
from core.histogram import Histogram
from storage.codes import DAY_MS, HOUR_MS, Scope
from storage.engine import Database
from storage.merged import columns_between
from storage.packing import Columns
from storage.recount import COUNTED_ANEW_MS, counted
from storage.rollups import HOURS_KEPT_MS, RollupKey, tallies
from storage.rows import IntegrationRow
from storage.tally import Tally

_KEPT_MS: Final = {HOUR_MS: 3 * HOUR_MS, DAY_MS: 2 * DAY_MS}  # results come late, but seldom that late

Line = tuple[int, int, int, Cause | None, int, bool]  # check, location, at_ms, cause, total_us, fit


class Counting:
    """`add` what was written, `recount` days that something came late for, write what `changed`."""

    def __init__(self) -> None:
        self._tallies: dict[RollupKey, Tally] = {}
        self._changed: dict[tuple[int, int], set[RollupKey]] = defaultdict(set)  # by scope and subject
        self._counted_in: dict[int, int] = {}  # counting check -> its integration
        self._newest: dict[tuple[int, int], int] = {}  # (check, location) -> the newest result that was counted

    def plan(self, integrations: Iterable[IntegrationRow]) -> None:
        self._counted_in = {check.plan.id: one.plan.id for one in integrations for check in one.checks if check.plan.counts}

    def add(self, conn: Connection, lines: Iterable[Line], now_ms: int) -> set[tuple[int, int]]:
        """Count what is newer than all that was counted before it of its check.

        Returns (check, day) of what is not, or of which nothing was counted yet in this process: it may be stored already, so
        `recount` that day.
        """
        new, late = [], set()
        for line in lines:
            day = line[2] // DAY_MS * DAY_MS
            if line[2] <= self._newest.get(line[:2], line[2]) and day >= now_ms - COUNTED_ANEW_MS:
                late.add((line[0], day))
                continue
            self._newest[line[:2]] = max(line[2], self._newest.get(line[:2], -1))
            new.append(line)
        missing = {key for line in new for key in self._keys(line[0], line[2])} - self._tallies.keys()
        self._tallies |= tallies(conn, missing)
        self._count(new)
        return late

    def _count(self, lines: Iterable[Line]) -> None:
        for check, _, at_ms, cause, total_us, fit in lines:
            for key in self._keys(check, at_ms):
                self._tallies.setdefault(key, Tally()).add(cause, total_us, fit)
                self._changed[key[:2]].add(key)

    def _keys(self, check: int, at_ms: int) -> list[RollupKey]:
        hour, day = at_ms // HOUR_MS * HOUR_MS, at_ms // DAY_MS * DAY_MS
        keys: list[RollupKey] = [(Scope.CHECK, check, HOUR_MS, hour), (Scope.CHECK, check, DAY_MS, day)]
        integration = self._counted_in.get(check)
        if integration is not None:
            keys += [(Scope.INTEGRATION, integration, HOUR_MS, hour), (Scope.INTEGRATION, integration, DAY_MS, day)]
        return keys

    def recount(self, db: Database, one: IntegrationRow, day_ms: int, now_ms: int) -> None:
        """Count a UTC day of an integration and its checks anew from the results themselves, whatever was counted of it.

        Each check is read in a snapshot of its own: what is written between two of them is noted, and added or late afterwards.
        """
        found = counted(self._series(db, one, day_ms), self._counted_in, now_ms - HOURS_KEPT_MS)
        self._tallies |= found
        for key in found:
            self._changed[key[:2]].add(key)

    def _series(self, db: Database, one: IntegrationRow, day_ms: int) -> Iterator[tuple[int, Columns]]:
        with db.read() as conn:
            places = [place for (place,) in conn.execute(text("SELECT id FROM location"))]
        for ident, place in product((check.plan.id for check in one.checks), places):
            with db.read() as conn:
                columns = columns_between(conn, ident, place, day_ms, day_ms + DAY_MS)
            if len(columns):
                self._newest[ident, place] = max(int(columns.at_ms[-1]), self._newest.get((ident, place), -1))
                yield ident, columns

    def histogram(self, scope: Scope, subject: int, width_ms: int, start_ms: int) -> Histogram | None:
        """Of an hour or day that is still in memory."""
        tally = self._tallies.get((scope, subject, width_ms, start_ms))
        return None if tally is None else tally.histogram

    def changed(self, subjects: Iterable[tuple[Scope, int]]) -> dict[RollupKey, Tally]:
        """What of these subjects is to be written."""
        return {key: self._tallies[key] for subject in subjects for key in self._changed.get(subject, ())}

    def written(self, keys: Iterable[RollupKey]) -> None:
        """They are on disk."""
        for key in keys:
            self._changed[key[:2]].discard(key)

    def forget(self, now_ms: int) -> None:
        """Old ones need not be kept: should a result come for one all the same, its row is read again."""
        for key in [key for key in self._tallies if key[3] < now_ms - _KEPT_MS[key[2]]]:
            if key not in self._changed.get(key[:2], ()):
                del self._tallies[key]
