"""Everything the page of one incident reads, and the list of incidents a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from storage import catalogue, incidents, wall
from storage.rows import IncidentDetail, IncidentLine, Summary
from ui.place import database
from ui.readings.names import Names

PAGE: Final = 50
BEFORE_READ: Final = 40


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident with what its page says beside it."""

    detail: IncidentDetail
    names: Names
    before: tuple[IncidentLine, ...]
    summary: Summary | None


@st.cache_resource(show_spinner=False, max_entries=16)
def read(number: int, key: tuple[int, ...]) -> Happened | None:
    """None for a number no incident has."""
    with database().read() as conn:
        detail = incidents.incident(conn, number)
        if detail is None:
            return None
        row, integration = detail.incident, detail.integration
        names = Names.of([integration] if integration else [], catalogue.locations(conn))
        if integration is None:
            return Happened(detail, names, (), None)
        only = incidents.IncidentFilter(integration=integration.plan.id, cause=row.cause)
        before = incidents.incidents(conn, only, limit=BEFORE_READ, before=row.id)
        return Happened(detail, names, tuple(before), wall.summary(conn, integration.plan.id))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; `older` is where the next one begins."""

    lines: tuple[IncidentLine, ...]
    older: int | None
    open_count: int


@st.cache_resource(show_spinner=False, max_entries=32)
def page(only: incidents.IncidentFilter, before: int | None, key: tuple[int, ...]) -> Page:
    """Newest first. One more than is shown is read: it tells whether there is another page."""
    with database().read() as conn:
        lines = incidents.incidents(conn, only, limit=PAGE + 1, before=before)
        opened = incidents.incidents(conn, replace(incidents.EVERY, open=True), limit=1_000)
    shown = tuple(lines[:PAGE])
    return Page(shown, shown[-1].incident.id if len(lines) > PAGE else None, len(opened))
