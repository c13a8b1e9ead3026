"""The month's portfolio as pages read it: computed from spans, or thawed where the month was closed and frozen."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.calendar import Period, month_at, parse_period
from sla.books import month_report
from sla.portfolio import LatencyLine, Report
from sla.report import latency_line
from storage import catalogue
from storage.readings import MonthBooks, month_latency
from ui.place import database

__all__ = ["Report", "complete", "latency", "months", "period_named", "report"]

MONTHS_OFFERED: Final = 13


def months(first_ms: int | None, now_ms: int, zone: str) -> list[Period]:
    """The running month and those before it that we watched, newest first."""
    found = [month_at(now_ms, zone)]
    while len(found) < MONTHS_OFFERED and first_ms is not None and found[-1].start_ms > first_ms:
        found.append(month_at(found[-1].start_ms - 1, zone))
    return found


def period_named(key: str, now_ms: int, zone: str) -> Period:
    """The month an address names; the running one for anything else."""
    try:
        found = parse_period(key, zone) if key else None
    except ValueError:
        found = None
    return found if found is not None and found.start_ms <= now_ms else month_at(now_ms, zone)


@st.cache_resource(show_spinner=False, max_entries=8)
def report(period: Period, key: tuple[int, ...], now_ms: int) -> Report:
    """Every promise held against what was seen; latencies are left to the row that is opened and to what is downloaded."""
    return month_report(MonthBooks(database(), latency=False), period, now_ms)


@st.cache_resource(show_spinner=False, max_entries=2)
def complete(period: Period, key: tuple[int, ...], now_ms: int) -> Report:
    """The same with every row's latencies, for a file: what API and command give."""
    return month_report(MonthBooks(database()), period, now_ms)


@st.cache_resource(show_spinner=False, max_entries=64)
def latency(integration: int, period: Period, key: tuple[int, ...], now_ms: int) -> LatencyLine | None:
    """Exact, over every answer of the month."""
    with database().read() as conn:
        row = catalogue.integration_by_id(conn, integration)
        return latency_line(row.plan, month_latency(conn, row, period.start_ms, min(period.end_ms, now_ms))) if row else None
