"""What the deliveries page reads: channels with their breaker, what waits, dead letters, and attempts a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.delivery import ChannelHealth
from storage import deliveries
from storage.rows import AlertLine, DeliveryRow
from ui.place import database

PAGE: Final = 50
DEAD_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Said:
    """One page of attempts, newest first, and how the channels are."""

    channels: tuple[ChannelHealth, ...]
    waiting: dict[str, int]
    due: tuple[AlertLine, ...]
    dead: tuple[AlertLine, ...]
    attempts: tuple[DeliveryRow, ...]
    older: int | None


@st.cache_resource(show_spinner=False, max_entries=16)
def read(channel: str, before: int | None, key: tuple[int, ...]) -> Said:
    """One more than is shown is read: it tells whether there is another page."""
    with database().read() as conn:
        attempts = deliveries.deliveries(conn, limit=PAGE + 1, before=before, channel=channel or None)
        return Said(
            channels=tuple(deliveries.channels(conn)),
            waiting=deliveries.waiting(conn),
            due=tuple(deliveries.alerts(conn, limit=DEAD_SHOWN, waiting=True)),
            dead=tuple(deliveries.alerts(conn, limit=DEAD_SHOWN, dead=True)),
            attempts=tuple(attempts[:PAGE]),
            older=attempts[PAGE - 1].id if len(attempts) > PAGE else None,
        )
