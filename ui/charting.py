"""What the charts of one integration are drawn from: single answers of one check, with the incidents they fell into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import streamlit as st

from core.ledger import IncidentRow
from core.plan import CheckPlan
from storage import results
from ui.charts.latency import DAY_MS, Band, Latencies
from ui.charts.phases import PhaseTimes
from ui.dossier import Dossier
from ui.place import database

WINDOWS: Final = {"24 h": DAY_MS, "7 d": 7 * DAY_MS, "30 d": 30 * DAY_MS, "90 d": 90 * DAY_MS}


@st.cache_resource(show_spinner=False, max_entries=8)
def _series(check: int, place: int, since_ms: int, until_ms: int) -> results.Series:
    with database().read() as conn:
        return results.series(conn, check, place, since_ms, until_ms)


@st.cache_resource(show_spinner=False, max_entries=8)
def _phases(check: int, place: int, since_ms: int, until_ms: int) -> results.PhaseSeries:
    with database().read() as conn:
        return results.phases(conn, check, place, since_ms, until_ms)


def latencies(dossier: Dossier, check: CheckPlan, place: int, window_ms: int, zone: str) -> Latencies:
    """Answers of one check at one place; a long window ends at a whole hour, so that its readers share one reading."""
    until = dossier.read_ms if window_ms == DAY_MS else dossier.read_ms // 3_600_000 * 3_600_000
    since = until - window_ms
    found = _series(check.id, place, since, until)
    told = found.answered
    at, total = found.at_ms[told], found.total_us[told]
    bands = within([row for row in dossier.incidents if check.id in row.checks], since, until)
    marked = np.zeros(len(at), np.bool_)
    for band in bands:
        marked |= (at >= band.start_ms) & (at < band.end_ms)
    return Latencies(since, until, zone, at, total, marked, check.latency_limit_us, bands)


def within(incidents: Iterable[IncidentRow], since_ms: int, until_ms: int) -> tuple[Band, ...]:
    """Those that reach into [since, until); one that began in the hour a long window leaves out is not in it."""
    found = [Band(row.started_ms, row.resolved_ms or row.closed_ms or until_ms, row.status, row.id) for row in incidents]
    return tuple(band for band in found if band.start_ms < until_ms and band.end_ms > since_ms)


def phase_times(dossier: Dossier, check: CheckPlan, place: int, window_ms: int, zone: str) -> PhaseTimes:
    """The phases of the same answers."""
    until = dossier.read_ms if window_ms == DAY_MS else dossier.read_ms // 3_600_000 * 3_600_000
    found = _phases(check.id, place, until - window_ms, until)
    columns = (found.dns_us, found.connect_us, found.tls_us, found.first_byte_us, found.transfer_us)
    return PhaseTimes(until - window_ms, until, zone, found.at_ms, columns)
