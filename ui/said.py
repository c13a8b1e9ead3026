"""What the deliveries page reads: channels with their breaker, what waits, dead letters, and attempts a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from core.delivery import ChannelHealth
from storage import deliveries, notices
from storage.rows import AlertLine, DeliveryRow
from ui.place import database

PAGE: Final = 50
DEAD_SHOWN: Final = 20
LATEST: Final = 10


@dataclass(frozen=True, slots=True)
class Said:
    """One page of attempts, newest first, and how the channels are."""

    channels: tuple[ChannelHealth, ...]
    waiting: dict[str, int]
    due: tuple[AlertLine, ...]
    dead: tuple[AlertLine, ...]
    attempts: tuple[DeliveryRow, ...]
    older: int | None
    declared: Mapping[str, str] = field(default_factory=dict)  # channel -> its kind
    subjects: Mapping[int, str] = field(default_factory=dict)  # attempt -> the integration it speaks of
    newest: Mapping[str, tuple[DeliveryRow, ...]] = field(default_factory=dict)  # channel -> its latest, whatever page is shown

    @property
    def names(self) -> list[str]:
        """Every channel that is declared, or that anything was said or is to be said through."""
        used = {one.channel for one in self.channels} | set(self.waiting) | {row.channel for row in self.attempts}
        return sorted(used | set(self.declared))

    def last_ok_ms(self, channel: str) -> int | None:
        """As its health says, else as the attempts shown say."""
        known = next((one.last_ok_ms for one in self.channels if one.channel == channel), None)
        attempts = (*self.newest.get(channel, ()), *self.attempts)
        return known or next((row.at_ms for row in attempts if row.channel == channel and row.ok), None)

    @property
    def last(self) -> DeliveryRow | None:
        """The newest attempt of all."""
        return max((*(row for rows in self.newest.values() for row in rows), *self.attempts), key=lambda row: row.id, default=None)


@st.cache_resource(show_spinner=False, max_entries=16)
def read(channel: str, before: int | None, key: tuple[int, ...]) -> Said:
    """One more than is shown is read: it tells whether there is another page."""
    with database().read() as conn:
        told = notices.notices(conn).get("channels")
        attempts = deliveries.deliveries(conn, limit=PAGE + 1, before=before, channel=channel or None)
        declared = {name: str(kind) for name, kind in told.body.items()} if told else {}
        return Said(
            channels=tuple(deliveries.channels(conn)),
            waiting=deliveries.waiting(conn),
            due=tuple(deliveries.alerts(conn, limit=DEAD_SHOWN, waiting=True)),
            dead=tuple(deliveries.alerts(conn, limit=DEAD_SHOWN, dead=True)),
            attempts=tuple(attempts[:PAGE]),
            older=attempts[PAGE - 1].id if len(attempts) > PAGE else None,
            declared=declared,
            subjects=deliveries.subjects(conn, attempts[:PAGE]),
            newest={name: tuple(deliveries.deliveries(conn, limit=LATEST, channel=name)) for name in declared},
        )
