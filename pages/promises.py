"""Did they keep their promise? The month's table worst first, and one promise down to its division."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.calendar import Period
from ui import data, downloads, live, portfolio, state
from ui.blocks import corrections, parts
from ui.blocks import promise as drill
from ui.blocks import promises as blocks
from ui.charts import dress
from ui.charts.burn import burn_down
from ui.html import block, heading
from ui.portfolio import Report, months, period_named
from ui.reader import Reader

TOPICS = ("incidents", "plan", "periods")
STEP_MS = 300_000  # of a thousand integrations a month is dear to reckon


def render() -> None:
    """The page at `/sla?month=2026-11&zone=Europe/Berlin&id=paypal`."""
    seen = live.look(*TOPICS, step_ms=STEP_MS)
    at, reader = seen.key, seen.reader
    head = st.container()
    choices = st.container(key="month-line", horizontal=True, vertical_alignment="center")
    period = _choices(choices, reader, at)
    report = portfolio.report(period, at, seen.rounded.now_ms)
    with head:
        if not report.rows:
            st.html(block(blocks.empty(report)))
            live.watch(seen)
            return
        st.html(block(blocks.answer(report)))
    with choices:
        downloads.offer(period, at, seen.rounded.now_ms)
    chosen = state.word("id") or report.rows[0].slug
    query = {name: value for name in ("month", "zone") if (value := state.word(name))}
    st.html(block(blocks.table(report, reader, every=state.word("all") == "1", chosen=chosen, query=query)))
    _drill(report, chosen, reader, at)
    live.watch(seen)


def _choices(row: DeltaGenerator, reader: Reader, at: tuple[int, ...]) -> Period:
    """Which month in which zone."""
    zones = list(dict.fromkeys((data.report_zone(), reader.zone, "UTC")))
    with row:
        zone = str(state.word("zone") or zones[0])
        zone = zone if zone in zones else zones[0]
        found = months(data.first_ms(data.version("plan")), reader.now_ms, zone)
        wanted = period_named(state.word("month"), reader.now_ms, zone)
        choices = {period.key: _named(period, reader) for period in (*found, wanted)}
        key = state.choose("month", "Month", choices, wanted.key, width=220)
        state.choose("zone", "Zone", {name: name for name in zones}, zone, width=190)
    return period_named(key, reader.now_ms, zone)


def _named(period: Period, reader: Reader) -> str:
    return f"{period.label}, running" if period.end_ms > reader.now_ms else period.label


def _drill(report: Report, chosen: str, reader: Reader, at: tuple[int, ...]) -> None:
    row = next((row for row in report.rows if row.slug == chosen), None)
    if row is None:
        st.html(block(parts.nothing(f"No promise of “{chosen}” in this month.")))
        return
    row = replace(row, latency=row.latency or portfolio.latency(row.integration, report.period, at, report.now_ms))
    st.html(block(drill.head(row, report)))
    wide, narrow = st.columns([1.5, 1], gap="large")
    with wide:
        allowed = drill.allowed(row, report)
        st.html(block(heading("Error budget, minutes left", allowed)))
        dress.draw(burn_down(row, report), "burn", f"Error budget of {row.name} going down over {report.period.label}")
        st.html(block(drill.incidents(row, reader), corrections.section(row, report, reader)))
    with narrow:
        st.html(block(drill.method(row, report)))
