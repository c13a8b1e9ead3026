"""An outbox in memory, as exact as the one on disk: what the dispatcher's tests look into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.delivery import ChannelHealth, DueAlert, Parcel
from core.ledger import AlertKind


@dataclass
class Row:
    channel: str
    alert: DueAlert
    delivered_ms: int | None = None
    dead_ms: int | None = None
    error: str = ""

    @property
    def pending(self) -> bool:
        return self.delivered_ms is None and self.dead_ms is None


@dataclass
class MemoryOutbox:
    rows: dict[int, Row] = field(default_factory=dict)
    refs: dict[tuple[int, str], Mapping[str, Any]] = field(default_factory=dict)
    breakers: dict[str, ChannelHealth] = field(default_factory=dict)
    deliveries: list[tuple[str, bool, str]] = field(default_factory=list)

    def add(
        self, channel: str, kind: AlertKind, *, at_ms: int, incident: int | None = 1, severity: int = 1, body: dict[str, Any] | None = None
    ) -> int:
        number = len(self.rows) + 1
        alert = DueAlert(number, incident, kind, severity, created_ms=at_ms, due_ms=at_ms, body=body or {})
        self.rows[number] = Row(channel, alert)
        return number

    def states(self) -> dict[int, str]:
        return {
            n: "delivered" if r.delivered_ms is not None else "dead" if r.dead_ms is not None else "pending" for n, r in self.rows.items()
        }

    def channels(self) -> set[str]:
        return {row.channel for row in self.rows.values() if row.pending}

    def pending(self, channel: str, limit: int = 200) -> list[Parcel]:
        grouped: dict[object, list[DueAlert]] = {}
        for row in self.rows.values():
            if row.pending and row.channel == channel:
                key = ("alert", row.alert.id) if row.alert.incident is None else ("incident", row.alert.incident)
                grouped.setdefault(key, []).append(row.alert)
        parcels = [
            Parcel(
                channel,
                alerts[0].incident,
                tuple(alerts),
                None if alerts[0].incident is None else self.refs.get((alerts[0].incident, channel)),
            )
            for alerts in grouped.values()
        ]
        return sorted(parcels, key=lambda parcel: (parcel.due_ms, parcel.ids[0]))[:limit]

    def claim(self, ids: Sequence[int], *, at_ms: int) -> None:
        self._change(ids, claimed_ms=at_ms)

    def delivered(self, ids: Sequence[int], *, at_ms: int, ref: Mapping[str, Any] | None, detail: str, began_ms: int) -> None:
        for number in ids:
            self.rows[number].delivered_ms = at_ms
        self._note(ids, ref)
        self.deliveries.append((self.rows[ids[0]].channel, True, detail))

    def failed(
        self, ids: Sequence[int], *, at_ms: int, error: str, next_due_ms: int, doubtful: bool, ref: Mapping[str, Any] | None, began_ms: int
    ) -> None:
        for number in ids:
            alert = self.rows[number].alert
            first = at_ms if alert.first_failed_ms is None else alert.first_failed_ms
            self._change(
                [number], attempts=alert.attempts + 1, due_ms=next_due_ms, doubtful=doubtful, first_failed_ms=first, claimed_ms=None
            )
            self.rows[number].error = error
        self._note(ids, ref)
        self.deliveries.append((self.rows[ids[0]].channel, False, error))

    def dead(self, ids: Sequence[int], *, at_ms: int, error: str) -> None:
        for number in ids:
            self.rows[number].dead_ms, self.rows[number].error = at_ms, error

    def hand_over(self, ids: Sequence[int], *, to: str, at_ms: int) -> None:
        for number in ids:
            row = self.rows[number]
            if row.alert.handed_to is None:
                copy = self.add(
                    to, row.alert.kind, at_ms=at_ms, incident=row.alert.incident, severity=row.alert.severity, body=dict(row.alert.body)
                )
                self._change([copy], handed_from=row.channel)
                self._change([number], handed_to=to)

    def release(self, channel: str, *, at_ms: int) -> None:
        self._change([n for n, row in self.rows.items() if row.pending and row.channel == channel], due_ms=at_ms)

    def message(self, incident: int, channel: str) -> Mapping[str, Any] | None:
        return self.refs.get((incident, channel))

    def health(self, channel: str) -> ChannelHealth:
        return self.breakers.get(channel, ChannelHealth(channel))

    def save_health(self, health: ChannelHealth, *, at_ms: int) -> None:
        self.breakers[health.channel] = health

    def _change(self, ids: Sequence[int], **changes: Any) -> None:
        for number in ids:
            self.rows[number].alert = replace(self.rows[number].alert, **changes)

    def _note(self, ids: Sequence[int], ref: Mapping[str, Any] | None) -> None:
        row = self.rows[ids[0]]
        if ref is not None and row.alert.incident is not None:
            self.refs[row.alert.incident, row.channel] = ref
