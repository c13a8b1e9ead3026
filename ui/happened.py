"""Everything the page of one incident reads, and the list of incidents a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from core.ledger import CorrectionRow, PageRow
from storage import catalogue, incidents, notices, pages, wall
from storage.corrections import corrections
from storage.rows import IncidentDetail, IncidentLine, Summary
from ui.place import database
from ui.readings.names import Names

PAGE: Final = 50
BEFORE_READ: Final = 40
AROUND_MS: Final = 3_600_000  # a page that speaks an hour too early or too late is still told
_END: Final = 2**62


@dataclass(frozen=True, slots=True)
class Happened:
    """An incident with what its page says beside it."""

    detail: IncidentDetail
    names: Names
    before: tuple[IncidentLine, ...]
    summary: Summary | None
    kinds: Mapping[str, str] = field(default_factory=dict)  # channel -> its kind
    said: tuple[PageRow, ...] = ()  # what the vendor's own page said meanwhile
    corrections: tuple[CorrectionRow, ...] = ()  # every one of its integration


@st.cache_resource(show_spinner=False, max_entries=16)
def read(number: int, key: tuple[int, ...]) -> Happened | None:
    """None for a number no incident has."""
    with database().read() as conn:
        detail = incidents.incident(conn, number)
        if detail is None:
            return None
        row, integration = detail.incident, detail.integration
        names = Names.of([integration] if integration else [], catalogue.locations(conn))
        told = notices.notices(conn).get("channels")
        kinds = {name: str(kind) for name, kind in told.body.items()} if told else {}
        if integration is None:
            return Happened(detail, names, (), None, kinds)
        only = incidents.IncidentFilter(integration=integration.plan.id, cause=row.cause)
        before = incidents.incidents(conn, only, limit=BEFORE_READ, before=row.id)
        until = row.resolved_ms or row.closed_ms
        checks = [check.plan.id for check in integration.checks if check.plan.kind == "statuspage"]
        said = pages.changes(conn, checks, row.started_ms - AROUND_MS, _END if until is None else until + AROUND_MS)
        summary, known_better = wall.summary(conn, integration.plan.id), corrections(conn, [integration.plan.id])
        return Happened(detail, names, tuple(before), summary, kinds, tuple(said), tuple(known_better))


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
