"""A history written at once, a day at a time: closed days go straight into packs, and their counts beside them."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from sqlalchemy import Connection, text

from core.health import Phases, ProbeResult
from core.ledger import AlertRow, Ledger
from storage import entries, lease, models, result_entries, summary
from storage.bulk import insert
from storage.catalogue import load_catalogue
from storage.codec import dump_json
from storage.codes import CAUSE_CODE, DAY_MS, FLAGS
from storage.engine import Database
from storage.folding import Folder
from storage.history import HOT_MS, PACK_COLUMNS, pack_row
from storage.packing import Columns
from storage.planes import Ints
from storage.recount import counted
from storage.rollups import HOURS_KEPT_MS, write_tallies

QUICKEST_MS, SLOWEST_MS = 180, 1_400  # a message of the past took a time between these
_ALERT: Final = text(
    "INSERT INTO alert (incident, channel, kind, severity, created_ms, due_ms, attempts, doubtful, delivered_ms, error, body) "
    "VALUES (:incident, :channel, :kind, :severity, :at, :at, 0, :no, :said, '', :body) RETURNING id"
)

Series = tuple[int, int, Columns, Ints | None]  # check, location, results, phases


class Backfill:
    """`add_day` for every day in order, then `finish`. Readers see each day when it is there."""

    def __init__(self, db: Database, *, epoch: int, now_ms: int) -> None:
        self._db = db
        self._epoch = epoch
        self._now_ms = now_ms
        self._hot_from_ms = (now_ms - HOT_MS) // DAY_MS * DAY_MS
        self._early: list[ProbeResult] = []  # results of a day to come

    def add_day(self, day_ms: int, results: Sequence[ProbeResult], ledger: Ledger) -> None:
        """The results of the UTC day that begins at `day_ms`, and what else was judged of it (its own results aside).

        A retry that is due after midnight waits for its own day. Alerts are noted as delivered: nobody is told of the past.
        """
        end = day_ms + DAY_MS
        own = [result for result in (*self._early, *results) if result.at_ms < end]
        self._early = [result for result in (*self._early, *results) if result.at_ms >= end]
        days, hot = list(by_series(own)), day_ms >= self._hot_from_ms
        packs = [] if hot else [pack_row(check, place, day_ms, columns, phases) for check, place, columns, phases in days]
        with self._db.write() as conn:
            lease.fence(conn, self._epoch)
            result_entries.write_results(conn, own if hot else ())
            insert(conn, models.Pack, PACK_COLUMNS, packs)
            write_tallies(
                conn, counted(((check, columns) for check, _, columns, _ in days), self._counted_in(conn), self._now_ms - HOURS_KEPT_MS)
            )
            result_entries.write_evidence(conn, own, changed={(span.check, span.location) for span in ledger.spans})
            _write_judged(conn, ledger)

    def _counted_in(self, conn: Connection) -> Mapping[int, int]:
        checks = load_catalogue(conn).plan.checks
        return {check.id: check.integration for check in checks.values() if check.counts}

    def finish(self) -> None:
        """The time in buckets of all that was added, and the summary rows."""
        with self._db.write() as conn:
            lease.fence(conn, self._epoch)
            result_entries.write_results(conn, self._early)
            conn.execute(text("UPDATE summary SET folded_ms = :now"), {"now": self._now_ms})  # all of it is counted
        Folder(self._db).fold(self._now_ms, epoch=self._epoch)


def _write_judged(conn: Connection, ledger: Ledger) -> None:
    entries.write_judged(conn, ledger)
    for alert in ledger.alerts:
        _write_delivered(conn, alert)
    summary.enter(conn, ledger.states)


def _write_delivered(conn: Connection, alert: AlertRow) -> None:
    at_ms, said_ms = alert.created_ms, alert.created_ms + _took_ms(alert)
    what = {"incident": alert.incident, "channel": alert.channel, "kind": alert.kind.value, "severity": alert.severity}
    ident = conn.execute(_ALERT, {**what, "at": at_ms, "said": said_ms, "no": False, "body": dump_json(alert.body)}).scalar_one()
    columns = ("incident", "channel", "kind", "began_ms", "at_ms", "ok", "detail", "attempt", "alerts")
    row = (alert.incident, alert.channel, alert.kind.value, at_ms, said_ms, True, "delivered", 1, dump_json([ident]))
    insert(conn, models.Delivery, columns, [row])


def _took_ms(alert: AlertRow) -> int:
    """The same in every demo, and not the same for every message."""
    name = f"{alert.incident} {alert.channel} {alert.kind} {alert.created_ms}"
    return QUICKEST_MS + zlib.crc32(name.encode()) % (SLOWEST_MS - QUICKEST_MS)


def by_series(results: Sequence[ProbeResult]) -> Iterator[Series]:
    """Results of one check at one location each, by column and in order of time."""
    rows: dict[tuple[int, int], list[ProbeResult]] = defaultdict(list)
    for result in results:
        rows[result.check, result.location].append(result)
    for (check, location), mine in rows.items():
        mine.sort(key=lambda result: result.at_ms)
        table = [(r.at_ms, r.late_ms, FLAGS[r.cause, r.fit, r.manual], CAUSE_CODE[r.cause], r.total_us) for r in mine]
        columns = Columns(*np.ascontiguousarray(np.array(table, np.int64).T))
        yield check, location, columns, _phases(mine)


def _phases(results: Sequence[ProbeResult]) -> Ints | None:
    if all(result.phases is None for result in results):
        return None
    return np.array([_five(result.phases) for result in results], np.int64).T


def _five(phases: Phases | None) -> tuple[int, ...]:
    if phases is None:
        return (-1, -1, -1, -1, -1)
    p = (phases.dns_us, phases.connect_us, phases.tls_us, phases.first_byte_us, phases.transfer_us)
    return tuple(-1 if value is None else value for value in p)
