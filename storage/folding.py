"""What pages read without reading history: hours, days and summary rows, folded from what was written every few seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from sqlalchemy import Connection

from core.availability import Buckets
from core.day import fold
from core.histogram import Histogram
from core.ledger import Ledger
from core.reading import Reading, pieces
from storage import models
from storage.accounts import Key, read_parts
from storage.bulk import Row, Twice, insert
from storage.changes import raise_versions
from storage.codes import DAY_MS, HOUR_MS, Scope
from storage.engine import Database
from storage.foldable import Foldable
from storage.hours import forget_hours, kept_from
from storage.recount import days_to_count
from storage.rollups import RollupKey, changed_time, insert_tallies, insert_time, rollups, tally_rows, time_rows
from storage.rows import IntegrationRow
from storage.steps import Steps
from storage.subject import Subject

COLUMNS: Final = ("scope", "subject", "maintained", "seen_ms", "first_ms", "folded_ms", "figures", "bars", "sparkline")
STEP: Final = 50  # checks and integrations a transaction, but for a larger one: the write lock is held for some milliseconds
MOST_ROWS: Final = 250  # hours and days a transaction: a restart has those of a month to write
LONG_A_FOLD: Final = 200  # subjects whose long percentiles are reckoned anew in one fold


class Folder:
    """`note` every ledger that was committed; `fold` every 10 to 60 s. One thread folds, any may note."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept = Foldable()
        self._long_left = 0
        self._hours_from_ms = 0

    def note(self, ledger: Ledger) -> None:
        """Call it after the commit: what is noted is on disk."""
        self._kept.note(ledger)

    def fold(self, now_ms: int, *, epoch: int) -> None:
        """Bring every hour, day and summary row up to `now_ms`. Raises Fenced; after any failure the next fold makes up for it."""
        self._absorb(now_ms)
        self._long_left = LONG_A_FOLD
        steps = Steps(self._db, epoch)
        for chosen in _steps(self._kept.integrations.values()):
            self._fold(chosen, now_ms, steps)
        self._kept.counting.forget(now_ms)
        self._fold_long_ago(now_ms, steps)
        if self._hours_from_ms != (hours_from_ms := kept_from(now_ms)):
            forget_hours(self._db, steps, hours_from_ms)
            self._hours_from_ms = hours_from_ms

    def _absorb(self, now_ms: int) -> None:
        """Snapshots no longer than one check's day: while one is held, no page of the log can be used again."""
        noted = self._kept.take()
        try:
            with self._db.read() as conn:
                self._kept.follow_plan(conn, now_ms)
            anew = self._count_anew(now_ms)
            with self._db.read() as conn:
                self._kept.absorb(conn, noted, now_ms, anew)
            self._count_anew(now_ms)
        except BaseException:
            self._kept.give_back(noted)
            raise

    def _count_anew(self, now_ms: int) -> set[tuple[int, int]]:
        """The integrations and days that are owed a count from the results, which this returns."""
        for one, folded_ms in self._kept.unheard():
            with self._db.read() as conn:
                self._kept.owe_days(one, days_to_count(conn, one, folded_ms, now_ms))
        done = set(self._kept.uncounted)
        for owed in sorted(done):
            self._kept.count_anew(self._db, owed, now_ms)
        return done

    def _fold_long_ago(self, now_ms: int, steps: Steps) -> None:
        """Days that a correction reached and that are no longer in memory."""
        for owed in sorted(self._kept.long_ago):
            integration, since_ms, until_ms = owed
            with self._db.read() as conn:
                spent = days_anew(conn, self._kept.integrations.get(integration), since_ms, until_ms, now_ms)
            for rows in _pieces(time_rows(spent)):
                with steps.step() as conn:
                    insert_time(conn, rows)
            self._kept.long_ago.discard(owed)

    def _fold(self, chosen: Sequence[IntegrationRow], now_ms: int, steps: Steps) -> None:
        """A few integrations: read, reckon, write."""
        kept, since = self._kept, {one.plan.id: self._kept.since(one, now_ms) for one in chosen}
        for ident, begin in since.items():
            kept.owe(ident, begin)
        subjects = [subject for one in chosen for subject in kept.subjects_of(one)]
        with self._db.read() as conn:
            parts = read_parts(conn, chosen, min(since.values()), now_ms, newest=kept.newest, first=kept.first)
            self._load_latencies(conn, subjects, now_ms)
        spent: dict[RollupKey, Buckets] = {}
        for subject in subjects:
            spent |= extend(subject, parts[subject.integration], since[subject.integration], now_ms)
        if len(spent) > MOST_ROWS:
            with self._db.read() as conn:
                spent = changed_time(conn, spent)
        self._write(subjects, spent, now_ms, steps)
        for ident in since:
            kept.settle(ident)

    def _load_latencies(self, conn: Connection, subjects: Sequence[Subject], now_ms: int) -> None:
        hour = now_ms // HOUR_MS * HOUR_MS
        for subject in subjects:
            if not subject.latency.loaded:
                subject.latency.load(self._histograms(conn, subject, HOUR_MS, now_ms - DAY_MS, now_ms))
            for start in range(hour - 23 * HOUR_MS, hour + 1, HOUR_MS):  # a process that slept has several new ones
                histogram = self._kept.counting.histogram(subject.scope, subject.id, HOUR_MS, start)
                if histogram is not None:
                    subject.latency.set_hour(start, histogram)
            if subject.latency.long_due_ms <= now_ms and self._long_left > 0:
                self._long_left -= 1
                subject.latency.count_days(self._histograms(conn, subject, DAY_MS, now_ms - 90 * DAY_MS, now_ms), now_ms)

    def _histograms(self, conn: Connection, subject: Subject, width_ms: int, since_ms: int, until_ms: int) -> dict[int, Histogram]:
        """Stored ones, and in their place those in memory that are newer."""
        stored = rollups(conn, subject.scope, [subject.id], width_ms, since_ms, until_ms)
        found = {row.start_ms: Histogram.from_bytes(row.histogram) for row in stored}
        for start in range(-(-since_ms // width_ms) * width_ms, until_ms, width_ms):
            held = self._kept.counting.histogram(subject.scope, subject.id, width_ms, start)
            if held is not None:
                found[start] = held
        return found

    def _write(self, subjects: Sequence[Subject], spent: dict[RollupKey, Buckets], now_ms: int, steps: Steps) -> None:
        """The summaries last: they say up to when all is counted."""
        counted = self._kept.counting.changed(subject.key for subject in subjects)
        described = [subject.describe(now_ms) for subject in subjects]
        rows = [(int(subject.scope), subject.id, *one.row) for subject, one in zip(subjects, described, strict=True)]
        *early, last = zip_longest(_pieces(tally_rows(counted)), _pieces(time_rows(spent)), fillvalue=())
        for tallies, time in early:
            with steps.step() as conn:
                _put(conn, tallies, time)
        changed = any(subject.shown != one.looks for subject, one in zip(subjects, described, strict=True))
        with steps.step(synced=changed) as conn:  # pages keep what they drew by this number: it never goes back
            _put(conn, *last)
            insert(conn, models.Summary, COLUMNS, rows, Twice.REPLACE)
            if changed:
                raise_versions(conn, {"wall"})
        self._kept.counting.written(counted)
        for subject, one in zip(subjects, described, strict=True):
            subject.shown = one.looks


def _put(conn: Connection, tallies: Sequence[Row], time: Sequence[Row]) -> None:
    insert_tallies(conn, tallies)
    insert_time(conn, time)


def _pieces(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """A few at a time, so that the lock is held for some milliseconds; at least one piece, if an empty one."""
    return [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [()]


def _steps(watched: Iterable[IntegrationRow]) -> Iterator[list[IntegrationRow]]:
    """All of them, a few at a time by how many checks they have."""
    step: list[IntegrationRow] = []
    for one in watched:
        if step and sum(1 + len(other.checks) for other in (*step, one)) > STEP:
            yield step
            step = []
        step.append(one)
    if step:
        yield step


def days_anew(conn: Connection, one: IntegrationRow | None, since_ms: int, until_ms: int, now_ms: int) -> dict[RollupKey, Buckets]:
    """The days of an integration and its live checks that begin in [since, until), whatever was reckoned of them."""
    if one is None:
        return {}
    until_ms = -(-until_ms // DAY_MS) * DAY_MS
    spent: dict[RollupKey, Buckets] = {}
    parts = read_parts(conn, [one], since_ms, until_ms)[one.plan.id]
    live = [check.plan.id for check in one.checks if check.archived_ms is None]
    for scope, ident, only in ((Scope.INTEGRATION, one.plan.id, None), *((Scope.CHECK, check, check) for check in live)):
        taking_part = {check.id for check in parts.taking_part(only)}
        begin = min((first for (check, _), first in parts.first_ms.items() if check in taking_part), default=until_ms)
        found = pieces(parts, max(begin, since_ms), until_ms, now_ms, only=only) if begin < until_ms else []
        days = range(max(begin, since_ms) // DAY_MS * DAY_MS, until_ms, DAY_MS)
        spent |= {(int(scope), ident, DAY_MS, day): fold(found, day, day + DAY_MS) for day in days}
    return spent


def extend(subject: Subject, parts: Reading, since_ms: int, now_ms: int) -> dict[RollupKey, Buckets]:
    """Reckon a subject's time from `since_ms` on; the hours and days that are to be written."""
    counting = {check.id for check in parts.checks if check.counts} if subject.scope is Scope.INTEGRATION else {subject.id}
    heard: list[Key] = [key for key in parts.first_ms if key[0] in counting]
    subject.first_ms = min((parts.first_ms[key] for key in heard), default=None)
    subject.seen_ms = max((parts.newest_ms.get(key, parts.first_ms[key]) for key in heard), default=None)
    subject.maintained = any(start <= now_ms < end for start, end in parts.maintenance)
    begin = now_ms if subject.first_ms is None else max(since_ms, subject.first_ms)
    only = subject.id if subject.scope is Scope.CHECK else None
    tail = pieces(parts, begin, now_ms, now_ms, only=only) if begin < now_ms else []
    return subject.extend(since_ms, tail, now_ms)
