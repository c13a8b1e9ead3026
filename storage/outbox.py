"""The transactional outbox: alert rows were written with the change they tell of, and are delivered from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from core.delivery import ChannelHealth, DueAlert, Parcel
from core.ledger import AlertKind
from storage import models
from storage.bulk import Twice, insert
from storage.changes import raise_versions
from storage.codec import clean, dump, dump_json, load, load_json
from storage.engine import Database

_CHANNELS: Final = text("SELECT DISTINCT channel FROM alert WHERE delivered_ms IS NULL AND dead_ms IS NULL")
# One row a parcel: what its channel has not been told of one incident, or an alert that stands alone.
_PARCELS: Final = (
    "SELECT a.id, a.incident FROM alert a JOIN (SELECT MIN(id) AS id, "
    "MAX(CASE WHEN handed_to IS NULL AND handed_from IS NULL AND kind NOT IN ('updated', 'resolved') THEN 1 ELSE 0 END) AS calls, "
    "MAX(CASE WHEN handed_to IS NULL AND handed_from IS NULL AND kind = 'resolved' THEN 1 ELSE 0 END) AS ends, "
    "MAX(CASE WHEN handed_to IS NULL THEN 0 ELSE 1 END) AS handed "
    "FROM alert WHERE channel = :channel AND delivered_ms IS NULL AND dead_ms IS NULL GROUP BY COALESCE(incident, -id)) p ON p.id = a.id "
)
# Those next in turn; and those the fallback may have to be told of, which must not wait behind a long queue.
_IN_TURN: Final = text(_PARCELS + "ORDER BY a.due_ms, a.id LIMIT :limit")
_TO_HAND_OVER: Final = text(_PARCELS + "WHERE p.calls = 1 OR (p.handed = 1 AND p.ends = 1) ORDER BY a.id LIMIT :limit")
_PENDING: Final = text(
    "SELECT * FROM alert WHERE channel = :channel AND delivered_ms IS NULL AND dead_ms IS NULL "
    "AND (incident IN :incidents OR id IN :alone) ORDER BY id"
).bindparams(bindparam("incidents", expanding=True), bindparam("alone", expanding=True))
_RELEASE: Final = text(
    "UPDATE alert SET due_ms = :at WHERE channel = :channel AND due_ms > :at AND delivered_ms IS NULL AND dead_ms IS NULL"
)
_REF: Final = text("SELECT ref FROM message WHERE incident = :incident AND channel = :channel")


def _by_ids(statement: str) -> Any:
    return text(statement).bindparams(bindparam("ids", expanding=True))


_CLAIM: Final = _by_ids("UPDATE alert SET claimed_ms = :at WHERE id IN :ids AND delivered_ms IS NULL AND dead_ms IS NULL")
_DELIVERED: Final = _by_ids("UPDATE alert SET delivered_ms = :at, claimed_ms = NULL, doubtful = :no, error = '' WHERE id IN :ids")
_FAILED: Final = _by_ids(
    "UPDATE alert SET claimed_ms = NULL, attempts = attempts + 1, due_ms = :due, doubtful = :doubtful, error = :error, "
    "first_failed_ms = COALESCE(first_failed_ms, :at) WHERE id IN :ids"
)
_DEAD: Final = _by_ids("UPDATE alert SET claimed_ms = NULL, dead_ms = :at, error = :error WHERE id IN :ids AND delivered_ms IS NULL")
_COPY: Final = _by_ids(
    "INSERT INTO alert (incident, channel, kind, severity, created_ms, due_ms, attempts, doubtful, handed_from, error, body) "
    "SELECT incident, :to, kind, severity, created_ms, :at, 0, :no, channel, '', body FROM alert "
    "WHERE id IN :ids AND handed_to IS NULL ORDER BY id"
)
_HANDED: Final = _by_ids("UPDATE alert SET handed_to = :to WHERE id IN :ids AND handed_to IS NULL")
_ABOUT: Final = _by_ids("SELECT incident, channel, kind, attempts FROM alert WHERE id IN :ids ORDER BY id DESC")


class StoredOutbox:
    """`alerts.outbox.Outbox` over the database: every call is one short transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def channels(self) -> set[str]:
        with self._db.read() as conn:
            return set(conn.execute(_CHANNELS).scalars())

    def pending(self, channel: str, limit: int = 200) -> list[Parcel]:
        with self._db.read() as conn:
            found: dict[int | str, list[DueAlert]] = {}
            for row in _waiting(conn, channel, limit):
                found.setdefault(f"alone {row.id}" if row.incident is None else row.incident, []).append(_due_alert(row))
            parcels = [_parcel(conn, channel, alerts) for alerts in found.values()]
        return sorted(parcels, key=lambda parcel: (parcel.due_ms, parcel.ids[0]))

    def claim(self, ids: Sequence[int], *, at_ms: int) -> None:
        with self._db.write() as conn:
            conn.execute(_CLAIM, {"ids": list(ids), "at": at_ms})

    def delivered(self, ids: Sequence[int], *, at_ms: int, ref: Mapping[str, Any] | None, detail: str, began_ms: int) -> None:
        with self._db.write() as conn:
            _attempt(conn, ids, began_ms, at_ms, True, detail)
            conn.execute(_DELIVERED, {"ids": list(ids), "at": at_ms, "no": False})
            _keep_ref(conn, ids, ref, at_ms)

    def failed(
        self,
        ids: Sequence[int],
        *,
        at_ms: int,
        error: str,
        next_due_ms: int,
        doubtful: bool,
        ref: Mapping[str, Any] | None,
        began_ms: int,
    ) -> None:
        with self._db.write() as conn:
            _attempt(conn, ids, began_ms, at_ms, False, error)
            conn.execute(_FAILED, {"ids": list(ids), "at": at_ms, "due": next_due_ms, "doubtful": doubtful, "error": clean(error)})
            _keep_ref(conn, ids, ref, at_ms)

    def dead(self, ids: Sequence[int], *, at_ms: int, error: str) -> None:
        with self._db.write() as conn:
            conn.execute(_DEAD, {"ids": list(ids), "at": at_ms, "error": clean(error)})
            raise_versions(conn, {"deliveries"})

    def hand_over(self, ids: Sequence[int], *, to: str, at_ms: int) -> None:
        with self._db.write() as conn:
            conn.execute(_COPY, {"ids": list(ids), "to": to, "at": at_ms, "no": False})
            conn.execute(_HANDED, {"ids": list(ids), "to": to})
            raise_versions(conn, {"deliveries"})

    def release(self, channel: str, *, at_ms: int) -> None:
        with self._db.write() as conn:
            conn.execute(_RELEASE, {"channel": channel, "at": at_ms})

    def message(self, incident: int, channel: str) -> Mapping[str, Any] | None:
        with self._db.read() as conn:
            return _ref(conn, incident, channel)

    def health(self, channel: str) -> ChannelHealth:
        with self._db.read() as conn:
            body = conn.execute(text("SELECT body FROM channel WHERE name = :name"), {"name": channel}).scalar()
        return ChannelHealth(channel) if body is None else load(ChannelHealth, body)

    def save_health(self, health: ChannelHealth, *, at_ms: int) -> None:
        with self._db.write() as conn:
            insert(conn, models.Channel, ("name", "at_ms", "body"), [(health.channel, at_ms, dump(health))], Twice.REPLACE)
            raise_versions(conn, {"deliveries"})


def _attempt(conn: Connection, ids: Sequence[int], began_ms: int, at_ms: int, ok: bool, detail: str) -> None:
    """One delivery row for all the alerts it was to settle."""
    about = conn.execute(_ABOUT, {"ids": list(ids)}).first()
    if about is None:
        return
    columns = ("incident", "channel", "kind", "began_ms", "at_ms", "ok", "detail", "attempt", "alerts")
    row = (about.incident, about.channel, about.kind, began_ms, at_ms, ok, clean(detail), about.attempts + 1, dump_json(list(ids)))
    insert(conn, models.Delivery, columns, [row])
    raise_versions(conn, {"deliveries"})


def _keep_ref(conn: Connection, ids: Sequence[int], ref: Mapping[str, Any] | None, at_ms: int) -> None:
    about = conn.execute(_ABOUT, {"ids": list(ids)}).first()
    if ref is not None and about is not None and about.incident is not None:
        row = (about.incident, about.channel, dump_json(ref), at_ms)
        insert(conn, models.Message, ("incident", "channel", "ref", "at_ms"), [row], Twice.REPLACE)


def _ref(conn: Connection, incident: int, channel: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = load_json(conn.execute(_REF, {"incident": incident, "channel": channel}).scalar())
    return found


def _waiting(conn: Connection, channel: str, limit: int) -> Sequence[Any]:
    """The rows of the chosen parcels, each parcel whole: who sees a part of one would say the rest of it again."""
    given = {"channel": channel, "limit": limit}
    chosen = {row.id: row.incident for question in (_IN_TURN, _TO_HAND_OVER) for row in conn.execute(question, given)}
    incidents = [incident for incident in chosen.values() if incident is not None]
    alone = [ident for ident, incident in chosen.items() if incident is None]
    return conn.execute(_PENDING, {"channel": channel, "incidents": incidents, "alone": alone}).all() if chosen else ()


def _parcel(conn: Connection, channel: str, alerts: list[DueAlert]) -> Parcel:
    incident = alerts[0].incident
    return Parcel(channel, incident, tuple(alerts), None if incident is None else _ref(conn, incident, channel))


def _due_alert(row: Any) -> DueAlert:
    return DueAlert(
        id=row.id,
        incident=row.incident,
        kind=AlertKind(row.kind),
        severity=row.severity,
        created_ms=row.created_ms,
        due_ms=row.due_ms,
        attempts=row.attempts,
        first_failed_ms=row.first_failed_ms,
        claimed_ms=row.claimed_ms,
        doubtful=bool(row.doubtful),
        handed_to=row.handed_to,
        handed_from=row.handed_from,
        body=load_json(row.body),
    )
