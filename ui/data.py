"""What pages read, cached by the version of what they show: an unchanged page costs one row.

Every function opens one short read and returns frozen values. Nothing here grows with the history: lists are read a page
at a time, windows are bounded.
"""

from __future__ import annotations

import time
from typing import Final

from core.ledger import CorrectionRow, IncidentKind, SignalRow, WindowKind, WindowRow
from storage import catalogue, incidents, processes, states, wall
from storage import corrections as storage_corrections
from storage import notices as storage_notices
from storage import windows as storage_windows
from storage.rows import IncidentLine, IntegrationRow, NoticeRow, ProcessRow, Summary
from ui.kept import kept
from ui.place import database, settings
from ui.readings.monitor import newest_blind, played
from ui.signs import BEATS_KEPT_MS, Beat, signs
from ui.views.monitor import Monitor

_KEPT: Final = 32


def now_ms() -> int:
    """The wall clock of this process: for ages on a page, never for accounts."""
    return time.time_ns() // 1_000_000


def version(*topics: str) -> tuple[int, ...]:
    """The versions a page rests on, in the order asked for: the key of everything it caches."""
    known = signs().versions
    return tuple(known.get(topic, 0) for topic in topics)


@kept(_KEPT)
def summaries(key: tuple[int, ...]) -> tuple[Summary, ...]:
    """Every integration as the wall shows it."""
    with database().read() as conn:
        return tuple(wall.summaries(conn))


@kept(4)
def corrections(key: tuple[int, ...]) -> tuple[CorrectionRow, ...]:
    """What people know better of the past, in the order they said it; theirs by hand, so they are few."""
    with database().read() as conn:
        return tuple(storage_corrections.corrections(conn))


def beat() -> Beat:
    """Whether the monitor itself is there."""
    return signs().beat


@kept(_KEPT)
def signals(key: tuple[int, ...]) -> tuple[SignalRow, ...]:
    """The newest word of every check beside its status: what runs out, what the vendor's page says."""
    with database().read() as conn:
        return tuple(states.signals(conn))


@kept(4)
def integrations(key: tuple[int, ...]) -> tuple[IntegrationRow, ...]:
    """Everything that is declared, removed ones included: names for ids."""
    with database().read() as conn:
        return tuple(catalogue.integrations(conn, archived=True))


@kept(4)
def notices(key: tuple[int, ...]) -> dict[str, NoticeRow]:
    """What the worker reports of itself."""
    with database().read() as conn:
        return storage_notices.notices(conn)


@kept(4)
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


@kept(4)
def last_incident(key: tuple[int, ...]) -> IncidentLine | None:
    """The newest incident of a vendor that is over."""
    only = incidents.IncidentFilter(kind=IncidentKind.VENDOR, open=False)
    with database().read() as conn:
        return next(iter(incidents.incidents(conn, only, limit=1)), None)
