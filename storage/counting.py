"""The counts that are still growing: the hours and days that new results fall into, kept in memory and written back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from core.health import Cause
from core.histogram import Histogram
from storage.codes import CAUSES, DAY_MS, HOUR_MS, UNFIT, Scope
from storage.merged import columns_between
from storage.rollups import RollupKey, rollups, tallies
from storage.rows import IntegrationRow
from storage.tally import Tally

_KEPT_MS: Final = {HOUR_MS: 3 * HOUR_MS, DAY_MS: 2 * DAY_MS}  # results come late, but seldom that late

Line = tuple[int, int, int, Cause | None, int, bool]  # check, location, at_ms, cause, total_us, fit


class Counting:
    """`add` what was written, `write` what changed. A result that comes too late for memory is added to its stored row."""

    def __init__(self) -> None:
        self._tallies: dict[RollupKey, Tally] = {}
        self._changed: dict[tuple[int, int], set[RollupKey]] = defaultdict(set)  # by scope and subject
        self._counted_in: dict[int, int] = {}  # counting check -> its integration
        self._rebuilt_until: dict[tuple[int, int], int] = {}  # (check, location) -> newest row that was counted from the rows

    def plan(self, integrations: Iterable[IntegrationRow]) -> None:
        self._counted_in = {check.plan.id: one.plan.id for one in integrations for check in one.checks if check.plan.counts}

    def add(self, conn: Connection, lines: Sequence[Line]) -> None:
        """What was counted from the rows themselves is passed over: it was committed before, and told of after."""
        new = [line for line in lines if line[2] > self._rebuilt_until.get(line[:2], -1)]
        missing = {key for line in new for key in self._keys(line[0], line[2])} - self._tallies.keys()
        self._tallies |= tallies(conn, missing)
        self._count(new)

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

    def rebuild(self, conn: Connection, one: IntegrationRow, since_ms: int, until_ms: int) -> None:
        """Count anew from the results themselves, from the hour `since_ms` on: what was written and not yet folded when we ended."""
        for check in one.checks:
            for location in check.plan.locations:
                lines = _lines(conn, check.plan.id, location, since_ms, until_ms)
                self._count(lines)
                self._rebuilt_until[check.plan.id, location] = lines[-1][2] if lines else -1
        day = since_ms // DAY_MS * DAY_MS
        for scope, subject in ((Scope.INTEGRATION, one.plan.id), *((Scope.CHECK, check.plan.id) for check in one.checks)):
            for row in rollups(conn, scope, [subject], HOUR_MS, day, since_ms):
                tally = self._tallies.setdefault((scope, subject, DAY_MS, day), Tally())
                tally.merge(Tally.of(row))
                self._changed[scope, subject].add((scope, subject, DAY_MS, day))

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


def _lines(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> list[Line]:
    columns = columns_between(conn, check, location, since_ms, until_ms)
    rows = zip(columns.at_ms.tolist(), columns.flags.tolist(), columns.cause.tolist(), columns.total_us.tolist(), strict=True)
    return [(check, location, at, CAUSES[cause], total, not flags & UNFIT) for at, flags, cause, total in rows]
