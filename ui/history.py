"""What the trends page reads: the days of every integration, for a minute the same for everybody."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.health import Cause
from storage import catalogue, incidents
from storage.rollups import Scope, rollups
from storage.rows import IncidentLine
from ui.place import database
from ui.readings.trends import read_trends
from ui.views.trends import Trends

DAY_MS: Final = 86_400_000
SHOWN: Final = 100
_STEP: Final = 100  # integrations a read


@st.cache_resource(show_spinner=False, max_entries=6, ttl=60)
def trends(days: int, until_ms: int) -> Trends:
    """Of the last `days` UTC days, today included."""
    today = until_ms // DAY_MS * DAY_MS
    wanted = [today - age * DAY_MS for age in range(days - 1, -1, -1)]
    with database().read() as conn:
        plans = {row.plan.id: row.plan for row in catalogue.integrations(conn)}
    rows = []
    for start in range(0, len(plans), _STEP):
        with database().read() as conn:
            rows += rollups(conn, Scope.INTEGRATION, list(plans)[start : start + _STEP], DAY_MS, wanted[0], today + DAY_MS)
    return read_trends(rows, plans, wanted)


@st.cache_resource(show_spinner=False, max_entries=16)
def incidents_of(day_ms: int, cause: Cause | None, integration: int | None, key: tuple[int, ...]) -> tuple[IncidentLine, ...]:
    """The incidents that touch a UTC day."""
    only = incidents.IncidentFilter(integration=integration, cause=cause, from_ms=day_ms, to_ms=day_ms + DAY_MS)
    with database().read() as conn:
        return tuple(incidents.incidents(conn, only, limit=SHOWN))
