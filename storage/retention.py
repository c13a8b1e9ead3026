"""What is not kept for ever goes, a little at a time, so that nobody waits for the write lock.

A turn that is cut short goes on with the next. Nothing goes that a month which is not closed yet, or an incident that
is still open, may need.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from storage import periods
from storage.backup.pause import forgetting
from storage.codes import DAY_MS
from storage.engine import Database
from storage.forgettable import AGED, GLOBAL, OF_A_CHECK, OF_AN_INTEGRATION, Kind, Rule
from storage.phase_hours import hours_beside, known_hours, put_hours
from storage.steps import Steps

MOST_STEPS: Final = 2_000  # in one turn: some ten seconds

_FURTHER: Final = 7_919  # a turn that is cut short begins elsewhere on the next day: those at the end have theirs

_OPEN: Final = text("SELECT integration, started_ms FROM incident WHERE closed_ms IS NULL ORDER BY id")  # by the index of open ones
_CHECKS: Final = text('SELECT id, integration FROM "check" ORDER BY id')
_INTEGRATIONS: Final = text("SELECT id FROM integration ORDER BY id")


@dataclass(frozen=True, slots=True)
class Retention:
    """After how many days each kind of data goes."""

    results_days: int = 400  # and what is read beside them: pages' words, hours of phases, configurations of before, tries that failed
    evidence_days: int = 90
    phases_days: int = 90  # then hourly histograms, for as long as results
    figures_days: int = 1_827  # spans, verdicts and days of figures: five years
    traffic_days: int = 90  # heartbeats' calls and people's requests
    processes_days: int = 30

    def until_ms(self, kind: Kind, now_ms: int) -> int:
        days: int = getattr(self, f"{kind}_days")
        return now_ms - days * DAY_MS


@dataclass(frozen=True, slots=True)
class _Step:
    """One statement that is repeated until nothing is left for it."""

    rule: Rule
    values: dict[str, int]


class _Over(Exception):
    """A backup is being made, or the turn took long enough."""


def forget(db: Database, now_ms: int, keep: Retention = Retention(), *, epoch: int, steps: int = MOST_STEPS) -> int:
    """Let go of what is too old, in at most so many transactions; how many rows went or were thinned out. Raises Fenced."""
    turn = _Turn(db, epoch, steps)
    try:
        for step in _due(db, now_ms, keep):
            turn.take(step)
    except _Over:
        pass
    return turn.gone


class _Turn:
    def __init__(self, db: Database, epoch: int, steps: int) -> None:
        self._db, self._steps, self._left = db, Steps(db, epoch), steps
        self.gone = 0

    def take(self, step: _Step) -> None:
        gone = step.rule.most
        while gone == step.rule.most:
            gone = self._age(step) if step.rule is AGED else self._delete(step)
            self.gone += gone

    def _delete(self, step: _Step) -> int:
        """Read before the lock is taken: old rows come from the disk, and nobody waits for that."""
        with self._db.read() as conn:
            if not conn.execute(step.rule.found, step.values).all():
                return 0
        with self._write() as conn:
            return conn.execute(step.rule.delete, step.values).rowcount

    def _age(self, step: _Step) -> int:
        """Read and counted before the lock is taken."""
        with self._db.read() as conn:
            packs = conn.execute(AGED.found, step.values).all()
            known = [known_hours(conn, pack) for pack in packs]
        aged = [(pack, before, hours_beside(pack, before)) for pack, before in zip(packs, known, strict=True)]
        if not aged:
            return 0
        with self._write() as conn:
            return sum(put_hours(conn, *each) for each in aged)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._left <= 0:
            raise _Over
        self._left -= 1
        with self._steps.step() as conn, forgetting(self._db, conn) as free:
            if not free:
                raise _Over
            yield conn


def _due(db: Database, now_ms: int, keep: Retention) -> Iterator[_Step]:
    """Looked for without the lock: on most days there is nothing to do for most checks."""
    with db.read() as conn:
        held = Held.read(conn)
        checks, integrations = conn.execute(_CHECKS).all(), conn.execute(_INTEGRATIONS).all()
    subjects: list[tuple[tuple[Rule, ...], int, int | None]] = [(GLOBAL, 0, None)]
    subjects += [(OF_A_CHECK, check, integration) for check, integration in checks]
    subjects += [(OF_AN_INTEGRATION, integration, integration) for (integration,) in integrations]
    first = now_ms // DAY_MS * _FURTHER % len(subjects)
    for rules, subject, integration in (*subjects[first:], *subjects[:first]):
        yield from _found(db, rules, subject, {rule: held.until(rule, integration, keep.until_ms(rule.kind, now_ms)) for rule in rules})


def _found(db: Database, rules: tuple[Rule, ...], subject: int, until: dict[Rule, int]) -> list[_Step]:
    with db.read() as conn:
        steps = [_Step(rule, {"subject": subject, "until": until[rule], "most": rule.most}) for rule in rules]
        return [step for step in steps if conn.execute(step.rule.found, {**step.values, "most": 1}).first() is not None]


@dataclass(frozen=True, slots=True)
class Held:
    """Up to when all months are closed, and since when each integration has an incident that is still open."""

    closed_until_ms: int
    open_since_ms: dict[int, int]

    @classmethod
    def read(cls, conn: Connection) -> Held:
        since: dict[int, int] = {}
        for integration, started_ms in conn.execute(_OPEN):
            if integration is not None:
                since[integration] = min(started_ms, since.get(integration, started_ms))
        return cls(periods.closed_until(conn) or 0, since)

    def until(self, rule: Rule, integration: int | None, until_ms: int) -> int:
        """No later than the month that is not closed, and than the day before the one in which an open incident began.

        Whole UTC days: of a day that is packed all results go at once.
        """
        if not rule.is_history:
            return until_ms
        since = self.open_since_ms.get(integration) if integration is not None else None
        opened = until_ms if since is None else since // DAY_MS * DAY_MS - DAY_MS
        return min(until_ms, self.closed_until_ms, opened) // DAY_MS * DAY_MS
