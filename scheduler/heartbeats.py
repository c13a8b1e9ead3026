"""Turns what calls us into results: pings as they come in, and deadlines as they pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.health import Outcome, ProbeResult
from core.heartbeat import Beat, Ping, PingKind, judge
from core.intervals import Interval, difference, union
from core.plan import LOCAL, CheckPlan, Plan
from scheduler.prober import Heard
from scheduler.work import HEARTBEAT
from storage import pings as stored
from storage import processes
from storage.engine import Database
from storage.rows import PingRow, ProcessRow

KEPT = 50
DEAF_AFTER_MS = 15_000  # a web process whose beat is older may have missed a call
LOOK_BACK_MS = 40 * 86_400_000


@dataclass(slots=True)
class _Watch:
    """One heartbeat: its newest pings, and what was last said of it."""

    pings: deque[Ping] = field(default_factory=lambda: deque(maxlen=KEPT))
    said: Beat | None = None
    said_ms: int = 0


class Heartbeats:
    """Looked after once a second by the worker; reads pings, writes nothing: its results go the way of all results."""

    def __init__(self, db: Database, recorded: Mapping[int, int]) -> None:
        """`recorded`: the newest result on record by check, so that a restart says nothing twice."""
        self._db = db
        self._recorded = recorded
        self._watches: dict[int, _Watch] = {}
        self._newest = 0

    def look(self, plan: Plan, now_ms: int) -> list[Heard]:
        """Results that are due: one where the state came to be, and one every interval while it lasts."""
        checks = [check for check in plan.checks.values() if check.kind == HEARTBEAT]
        if not checks:
            return []
        self._read(checks, now_ms)
        longest = max(check.interval_ms + check.grace_ms for check in checks)
        deaf = self._deaf(now_ms - 3 * longest, now_ms)
        found = [result for check in checks if (result := self._judge(check, now_ms, deaf))]
        return [Heard(result) for result in found]

    def _read(self, checks: Iterable[CheckPlan], now_ms: int) -> None:
        with self._db.read() as conn:
            for check in checks:
                if check.id not in self._watches:
                    self._watches[check.id] = watch = _Watch(said_ms=self._recorded.get(check.id, 0))
                    self._take(watch, stored.pings(conn, check.id, now_ms - LOOK_BACK_MS)[-KEPT:])
            fresh = stored.pings_after(conn, self._newest)
        for row in fresh:
            self._newest = max(self._newest, row.id)
            if (known := self._watches.get(row.check)) and not any(p.at_ms == row.at_ms for p in known.pings):
                self._take(known, [row])

    def _take(self, watch: _Watch, rows: Iterable[PingRow]) -> None:
        for row in rows:
            watch.pings.append(Ping(row.at_ms, PingKind(row.kind)))

    def _judge(self, check: CheckPlan, now_ms: int, deaf: list[Interval]) -> ProbeResult | None:
        watch = self._watches[check.id]
        beat = judge(tuple(watch.pings), check.interval_ms, check.grace_ms, now_ms, deaf)
        if beat is None:
            return None
        fresh = watch.said is None or (beat.since_ms, beat.cause) != (watch.said.since_ms, watch.said.cause)
        if not fresh and now_ms - watch.said_ms < check.interval_ms:
            return None
        at_ms = max(beat.since_ms, watch.said_ms + 1) if fresh else watch.said_ms + check.interval_ms
        watch.said, watch.said_ms = beat, at_ms
        return ProbeResult(check.id, LOCAL, at_ms, 0, beat.cause, 0, fit=False, outcome=Outcome(beat.cause, detail=beat.detail))

    def _deaf(self, since_ms: int, now_ms: int) -> list[Interval]:
        """When no web process could have taken a call."""
        with self._db.read() as conn:
            web = [row for row in processes.processes(conn, since_ms) if row.role == "web"]
        return silences(web, since_ms, now_ms)


def silences(web: Iterable[ProcessRow], since_ms: int, now_ms: int) -> list[Interval]:
    """The parts of [since, now) that no process covers; a process covers its start to its last beat and a little more."""
    covered = union((row.started_ms, row.ended_ms or row.beat_ms + DEAF_AFTER_MS) for row in web)
    return difference([(since_ms, now_ms)], covered)
