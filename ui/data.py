"""What pages read, cached by the version of what they show: an unchanged page costs one row.

Every function opens one short read and returns frozen values. Nothing here grows with the history: lists are read a page
at a time, windows are bounded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.ledger import IncidentKind, SignalRow, WindowKind, WindowRow
from storage import catalogue, changes, incidents, processes, states, wall
from storage import notices as storage_notices
from storage import windows as storage_windows
from storage.rows import IncidentLine, IntegrationRow, NoticeRow, ProcessRow, Summary
from ui.place import database, settings
from ui.readings.monitor import newest_blind, played
from ui.views.monitor import Monitor

BEATS_KEPT_MS: Final = 24 * 3_600_000
SILENT_AFTER_MS: Final = 10_000  # a worker that has not beaten for so long is said to be gone
_KEPT: Final = 32


def now_ms() -> int:
    """The wall clock of this process: for ages on a page, never for accounts."""
    return time.time_ns() // 1_000_000


def versions() -> dict[str, int]:
    """The one row that live pages poll."""
    with database().read() as conn:
        return changes.versions(conn)


def version(*topics: str) -> tuple[int, ...]:
    """The versions a page rests on, in the order asked for: the key of everything it caches."""
    known = versions()
    return tuple(known.get(topic, 0) for topic in topics)


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def summaries(key: tuple[int, ...]) -> tuple[Summary, ...]:
    """Every integration as the wall shows it."""
    with database().read() as conn:
        return tuple(wall.summaries(conn))


@dataclass(frozen=True, slots=True)
class Beat:
    """Whether the monitor itself is there: the leading worker's newest sign of life, by the database's own word."""

    leader: ProcessRow | None
    newest: ProcessRow | None  # the newest worker of the last day, leading or not

    @property
    def suspended(self) -> tuple[str, ...]:
        """Checks for whose retries the vendor's call budget has nothing left: `stripe/api`."""
        said = self.leader.body.get("suspended") if self.leader else None
        return tuple(str(name) for name in said) if isinstance(said, list) else ()

    def gone_since(self, at_ms: int) -> int | None:
        """The instant since which nobody probes; None while somebody does. 0: nobody ever did."""
        if self.leader is not None and at_ms - self.leader.beat_ms <= SILENT_AFTER_MS:
            return None
        return self.newest.beat_ms if self.newest else 0


def beat() -> Beat:
    with database().read() as conn:
        workers = [row for row in processes.processes(conn, now_ms() - BEATS_KEPT_MS) if row.role == "worker"]
    leading = next((row for row in workers if row.leads and row.ended_ms is None), None)
    return Beat(leading, workers[0] if workers else None)


@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def signals(key: tuple[int, ...]) -> tuple[SignalRow, ...]:
    """The newest word of every check beside its status: what runs out, what the vendor's page says."""
    with database().read() as conn:
        return tuple(states.signals(conn))


@st.cache_resource(show_spinner=False, max_entries=4)
def integrations(key: tuple[int, ...]) -> tuple[IntegrationRow, ...]:
    """Everything that is declared, removed ones included: names for ids."""
    with database().read() as conn:
        return tuple(catalogue.integrations(conn, archived=True))


@st.cache_resource(show_spinner=False, max_entries=4)
def notices(key: tuple[int, ...]) -> dict[str, NoticeRow]:
    """What the worker reports of itself."""
    with database().read() as conn:
        return storage_notices.notices(conn)


@st.cache_resource(show_spinner=False, max_entries=4)
def blind_lines(key: tuple[int, ...]) -> tuple[IncidentLine, ...]:
    """The newest stretches in which our own network was gone."""
    with database().read() as conn:
        return tuple(incidents.incidents(conn, incidents.IncidentFilter(kind=IncidentKind.BLIND), limit=20))


def monitor(key: tuple[int, ...]) -> Monitor:
    """How the monitor itself is."""
    at, told = now_ms(), notices(key)
    network = told.get("network")
    return Monitor(
        gone_ms=beat().gone_since(at),
        blind=newest_blind(blind_lines(key), at),
        demo=settings().demo,
        playing=played(told.get("history")),
        canaries=str(network.body.get("text", "")) if network else "",
        unwritable=database().unwritable,
    )


def report_zone() -> str:
    """The zone of months in reports, unless the reader asks for another."""
    return settings().timezone


def first_ms(key: tuple[int, ...]) -> int | None:
    """The first result ever of anything that is watched."""
    return min((one.first_ms for one in summaries(key) if one.first_ms is not None), default=None)


def lives() -> list[ProcessRow]:
    """Every process that has beaten within a day, the newest beat first."""
    with database().read() as conn:
        return processes.processes(conn, now_ms() - BEATS_KEPT_MS)


def windows() -> list[WindowRow]:
    """Maintenance and silences, under way or to come."""
    with database().read() as conn:
        return storage_windows.not_over(conn, now_ms())


def maintenance(at_ms: int) -> list[WindowRow]:
    """Maintenance under way."""
    with database().read() as conn:
        return storage_windows.windows(conn, at_ms, at_ms + 1, WindowKind.MAINTENANCE)


@st.cache_resource(show_spinner=False, max_entries=4)
def last_incident(key: tuple[int, ...]) -> IncidentLine | None:
    """The newest incident of a vendor that is over."""
    only = incidents.IncidentFilter(kind=IncidentKind.VENDOR, open=False)
    with database().read() as conn:
        return next(iter(incidents.incidents(conn, only, limit=1)), None)
