"""What folding remembers between two folds: what is watched, what was heard last, and from when on each integration changed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, text

from core.corrections import reach
from core.health import ProbeResult
from core.ledger import CorrectionRow, Ledger
from storage.accounts import Key, first_edges
from storage.catalogue import integrations
from storage.changes import version
from storage.codes import DAY_MS, HOUR_MS, Scope
from storage.corrections import corrections
from storage.counting import Counting, Line
from storage.digest import load_digest
from storage.engine import Database
from storage.rows import IntegrationRow
from storage.subject import KEPT_MS, Subject
from storage.timeline import newest_edges


class Foldable:
    """Everything here can be read from the database again, and is when a process starts."""

    def __init__(self) -> None:
        self.integrations: dict[int, IntegrationRow] = {}
        self.counting = Counting()
        self.newest: dict[Key, int] = {}  # the instant the newest result speaks for
        self.first: dict[Key, int] = {}
        self._subjects: dict[tuple[Scope, int], Subject] = {}
        self._integration_of: dict[int, int] = {}
        self._dirty: dict[int, int] = {}
        self.long_ago: set[tuple[int, int, int]] = set()  # integration, from and until when: older than `KEPT_MS`, to be reckoned anew
        self.uncounted: set[tuple[int, int]] = set()  # integration and day, to be counted anew from the results
        self._unheard: dict[int, int] = {}  # new integrations whose days to count are not known yet, and when they were folded last
        self._plan: int | None = None
        self._guard = threading.Lock()
        self._noted: list[Ledger] = []

    def note(self, ledger: Ledger) -> None:
        with self._guard:
            self._noted.append(ledger)

    def subjects_of(self, one: IntegrationRow) -> Iterator[Subject]:
        """The integration and each of its live checks."""
        return (self._subjects[subject.key] for subject in _subjects(one))

    def since(self, one: IntegrationRow, now_ms: int) -> int:
        """From when on its time is to be reckoned anew: what lies before is settled."""
        ends = (now_ms - KEPT_MS if subject.until_ms is None else subject.until_ms for subject in self.subjects_of(one))
        return max(now_ms - KEPT_MS, min([*ends, self._dirty.get(one.plan.id, now_ms)]))

    def owe(self, integration: int, since_ms: int) -> None:
        """Reckoned, and not yet written."""
        self._touch(integration, since_ms)

    def settle(self, integration: int) -> None:
        self._dirty.pop(integration, None)

    def follow_plan(self, conn: Connection, now_ms: int) -> None:
        """Take up what came and let go what went; at the start that is everything."""
        number = version(conn, "plan")
        if number == self._plan:
            return
        rows = {row.plan.id: row for row in integrations(conn)}
        new = [row for ident, row in rows.items() if ident not in self.integrations]
        self._integration_of = {check.plan.id: row.plan.id for row in rows.values() for check in row.checks}
        self.counting.plan(rows.values())
        checks = [check.plan.id for row in new for check in row.checks]
        self.newest |= newest_edges(conn, checks)
        self.first |= first_edges(conn, checks)
        self._hear_of(conn, new, now_ms)
        self._subjects = {subject.key: self._subjects.get(subject.key, subject) for row in rows.values() for subject in _subjects(row)}
        self._recall(conn)
        for ident, row in rows.items():
            if row != self.integrations.get(ident):
                self._touch(ident, now_ms - KEPT_MS)
        self.integrations, self._plan = rows, number

    def _hear_of(self, conn: Connection, new: Iterable[IntegrationRow], now_ms: int) -> None:
        """What was written and not folded when the last process ended will be counted from the results; its corrections are heard."""
        asked = text("SELECT subject, folded_ms FROM summary WHERE scope = :scope")
        folded: dict[int, int] = dict(conn.execute(asked, {"scope": int(Scope.INTEGRATION)}).all())
        self._unheard |= {row.plan.id: folded.get(row.plan.id, 0) for row in new}
        made = corrections(conn, [row.plan.id for row in new])
        self._hear_corrections([row for row in made if row.made_ms >= folded.get(row.integration, 0) - HOUR_MS], made, now_ms)

    def unheard(self) -> list[tuple[IntegrationRow, int]]:
        """Integrations that are new here, each with the instant of its last fold; 0: it was never folded."""
        return [(self.integrations[ident], folded_ms) for ident, folded_ms in self._unheard.items() if ident in self.integrations]

    def owe_days(self, one: IntegrationRow, days: Iterable[int]) -> None:
        self.uncounted |= {(one.plan.id, day) for day in days}
        self._unheard.pop(one.plan.id, None)

    def count_anew(self, db: Database, owed: tuple[int, int], now_ms: int) -> None:
        """One of `uncounted`; of an integration that went meanwhile there is nothing to count."""
        ident, day = owed
        if ident in self.integrations:
            self.counting.recount(db, self.integrations[ident], day, now_ms)
        self.uncounted.discard(owed)

    def _recall(self, conn: Connection) -> None:
        """The long percentiles as last reckoned, until their turn comes."""
        for scope, ident, figures in conn.execute(text("SELECT scope, subject, figures FROM summary WHERE figures IS NOT NULL")):
            subject = self._subjects.get((Scope(scope), ident))
            if subject is not None and subject.until_ms is None:
                _, *long = load_digest(figures).p95_us
                subject.latency.long = (long[0], long[1], long[2])

    def take(self) -> list[Ledger]:
        """What was noted so far. A snapshot that begins after this has all of it."""
        with self._guard:
            noted, self._noted = self._noted, []
        return noted

    def give_back(self, noted: Sequence[Ledger]) -> None:
        """What could not be absorbed: the next fold does it."""
        with self._guard:
            self._noted = [*noted, *self._noted]

    def absorb(self, conn: Connection, noted: Sequence[Ledger], now_ms: int, counted: Collection[tuple[int, int]]) -> None:
        """Count what was noted, and mark what it changed. `counted` were counted from the results since it was noted."""
        known = [result for ledger in noted for result in ledger.results if result.check in self._integration_of]
        late = self.counting.add(conn, map(_line, known), now_ms)
        self.uncounted |= {(self._integration_of[check], day) for check, day in late}.difference(counted)
        for result in known:
            self._hear(result)
        for ledger in noted:
            self._mark(ledger)
        new = [row for ledger in noted for row in ledger.corrections]
        self._hear_corrections(new, corrections(conn, [row.integration for row in new]) if new else (), now_ms)

    def _hear(self, result: ProbeResult) -> None:
        """What was reckoned beyond the newest result was provisional."""
        key, edge = (result.check, result.location), result.edge_ms
        self._touch(self._integration_of[result.check], min(edge, self.newest.get(key, edge)))
        self.newest[key] = max(edge, self.newest.get(key, edge))
        self.first[key] = min(edge, self.first.get(key, edge))

    def _mark(self, ledger: Ledger) -> None:
        for span in ledger.spans:
            self._touch(self._integration_of.get(span.check), span.start_ms)
        for verdict in ledger.verdicts:
            self._touch(self._integration_of.get(verdict.check), verdict.start_ms)
        for incident in ledger.incidents:
            self._touch(incident.integration, incident.started_ms)
        for window in ledger.windows:
            for ident in self.integrations if window.integrations is None else window.integrations:
                self._touch(ident, window.start_ms)

    def _hear_corrections(self, rows: Iterable[CorrectionRow], every: Sequence[CorrectionRow], now_ms: int) -> None:
        """What lies further back than is kept in memory is owed apart."""
        for row in rows:
            start_ms, end_ms = reach(row, every)
            self._touch(row.integration, start_ms)
            if start_ms < now_ms - KEPT_MS:
                self.long_ago.add((row.integration, start_ms // DAY_MS * DAY_MS, min(end_ms, now_ms - KEPT_MS + DAY_MS)))

    def _touch(self, integration: int | None, since_ms: int) -> None:
        if integration is not None:
            self._dirty[integration] = min(since_ms, self._dirty.get(integration, since_ms))


def _subjects(one: IntegrationRow) -> Iterator[Subject]:
    yield Subject(Scope.INTEGRATION, one.plan.id, one.plan.id)
    for check in one.checks:
        if check.archived_ms is None:
            yield Subject(Scope.CHECK, check.plan.id, one.plan.id)


def _line(result: ProbeResult) -> Line:
    return result.check, result.location, result.at_ms, result.cause, result.total_us, result.fit
