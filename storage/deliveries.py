"""What was said to whom: attempts, alert rows and the health of channels, as the deliveries page reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, TextClause, bindparam, select, text

from core.delivery import ChannelHealth
from core.ledger import AlertKind
from storage import models
from storage.bulk import table_of
from storage.codec import load, load_json
from storage.rows import AlertLine, DeliveryRow

_WAITING: Final = text("SELECT channel, COUNT(*) FROM alert WHERE delivered_ms IS NULL AND dead_ms IS NULL GROUP BY channel")
_OF_INCIDENTS: Final = text("SELECT i.id, n.body FROM incident i JOIN integration n ON n.id = i.integration WHERE i.id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)
_OF_ALERTS: Final = text("SELECT id, body FROM alert WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))


def deliveries(
    conn: Connection, *, limit: int = 50, before: int | None = None, incident: int | None = None, channel: str | None = None
) -> list[DeliveryRow]:
    """Attempts, newest first; `before` is the last id of the page before."""
    d = table_of(models.Delivery)
    asked = select(d).order_by(d.c.id.desc()).limit(limit)
    conditions = ((before, d.c.id < (before or 0)), (incident, d.c.incident == incident), (channel, d.c.channel == channel))
    return [_delivery(row) for row in conn.execute(asked.where(*(c for value, c in conditions if value is not None)))]


def subjects(conn: Connection, rows: Sequence[DeliveryRow]) -> dict[int, str]:
    """delivery -> the name of the integration it speaks of; those that speak of none or of several are not in it."""
    incidents = _named(conn, _OF_INCIDENTS, [row.incident for row in rows if row.incident is not None])
    told = _named(conn, _OF_ALERTS, [ident for row in rows if row.incident is None for ident in row.alerts])
    found = {row.id: incidents.get(row.incident or 0) or next((told[ident] for ident in row.alerts if ident in told), "") for row in rows}
    return {ident: name for ident, name in found.items() if name}


def _named(conn: Connection, asked: TextClause, ids: list[int]) -> dict[int, str]:
    return {ident: str(name) for ident, body in conn.execute(asked, {"ids": ids}) if (name := load_json(body).get("name"))}


def alerts(
    conn: Connection, *, limit: int = 50, before: int | None = None, dead: bool = False, waiting: bool = False, incident: int | None = None
) -> list[AlertLine]:
    """Alert rows, newest first: all, the dead letters alone, or those not yet delivered."""
    a = table_of(models.Alert)
    is_dead, is_waiting = a.c.dead_ms.is_not(None), a.c.delivered_ms.is_(None) & a.c.dead_ms.is_(None)
    asked = select(a).order_by(a.c.id.desc()).limit(limit)
    conditions = (
        (before is not None, a.c.id < (before or 0)),
        (dead, a.c.id.in_(select(a.c.id).where(is_dead))),  # by the index of these few, and not from the newest alert on
        (waiting, a.c.id.in_(select(a.c.id).where(is_waiting))),
        (incident is not None, a.c.incident == incident),
    )
    return [_alert(row) for row in conn.execute(asked.where(*(condition for wanted, condition in conditions if wanted)))]


def waiting(conn: Connection) -> dict[str, int]:
    """channel -> how many alerts are undelivered; channels with none are not in it."""
    return dict(conn.execute(_WAITING).all())


def channels(conn: Connection) -> list[ChannelHealth]:
    """Every channel that ever delivered or failed, by name."""
    return [load(ChannelHealth, body) for (body,) in conn.execute(text("SELECT body FROM channel ORDER BY name"))]


def _delivery(row: Any) -> DeliveryRow:
    kind, settled = AlertKind(row.kind), tuple(load_json(row.alerts))
    return DeliveryRow(row.id, row.incident, row.channel, kind, row.began_ms, row.at_ms, bool(row.ok), row.detail, row.attempt, settled)


def _alert(row: Any) -> AlertLine:
    return AlertLine(
        id=row.id,
        incident=row.incident,
        channel=row.channel,
        kind=AlertKind(row.kind),
        created_ms=row.created_ms,
        due_ms=row.due_ms,
        attempts=row.attempts,
        severity=row.severity,
        delivered_ms=row.delivered_ms,
        dead_ms=row.dead_ms,
        error=row.error,
        handed_to=row.handed_to,
        handed_from=row.handed_from,
    )
