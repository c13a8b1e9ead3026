"""Does it get better or worse, and who is to blame? Failures and latency over time, rankings, and the incidents behind a bar."""

from __future__ import annotations

from datetime import UTC, datetime

import plotly.graph_objects as go
import streamlit as st

from core.health import Cause
from ui import data, history, live, state
from ui.blocks import trends as blocks
from ui.charts import dress
from ui.charts import trends as charts
from ui.html import address, block, heading
from ui.reader import Reader
from ui.readings.incident import read_list
from ui.readings.trends import WINDOWS, least_reliable, ranks, slowest
from ui.views.trends import Trends

TOPICS = ("incidents", "plan")
STEP_MS = 300_000  # of a thousand integrations the days are dear to read


def render() -> None:
    """The page at `/trends?days=30&day=2026-11-12&cause=server_error`."""
    seen = live.look(*TOPICS, step_ms=STEP_MS)
    reader = seen.reader
    head = st.container()
    days = _window()
    view = history.trends(days, seen.rounded.now_ms)
    with head:
        st.html(block(blocks.answer(view, days)))
    if view.by_cause:
        _failures(view, days)
        _incidents(days, reader)
    if view.p95_us:
        st.html(block(heading("p95 by category", "of every answer of a day, nearest rank within 1 %, on a logarithmic scale", "gap")))
        dress.draw(charts.p95(view), "p95", "p95 latency a day by category")
    _rankings(days)
    live.watch(seen)


def _failures(view: Trends, days: int) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.html(block(heading("Failures by cause", "failed and slow results a day, UTC; a bar opens its incidents")))
        _choosable(charts.by_cause(view), "cause", "Failed and slow results a day by cause", days)
    with right:
        st.html(block(heading("Failures by integration", "the most, and the others together")))
        _choosable(charts.by_integration(view), "integration", "Failed and slow results a day by integration", days)
    st.html(block(blocks.by_day(view, days)))


def _window() -> int:
    """The address says `days=7`, the button `7 days`: Streamlit's own binding would write the button's words."""
    options = [str(days) for days in WINDOWS]
    chosen = said if (said := state.word("days")) in options else "30"
    key = f"days={chosen}"

    def remember() -> None:
        st.query_params["days"] = str(st.session_state[key])

    with st.container(key="filters", horizontal=True):
        st.segmented_control(
            "Days", options, key=key, default=chosen, required=True, on_change=remember,
            format_func=lambda days: f"{days} days", label_visibility="collapsed",
        )  # fmt: skip
    return int(chosen)


def _choosable(figure: go.Figure, key: str, says: str, days: int) -> None:
    """A chosen part of a bar goes into the address: every state has one."""
    found = dress.draw_choosable(figure, f"{key}-{days}", says)
    if not found:
        st.session_state.pop(f"{key}-chosen", None)
        return
    day, what = str(found[0][0]), str(found[0][1])
    if st.session_state.get(f"{key}-chosen") == (day, what):
        return
    st.session_state[f"{key}-chosen"] = (day, what)
    kind, _, value = what.partition(":")
    for name in ("cause", "integration"):
        if name == kind:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    st.query_params["day"] = day


def _incidents(days: int, reader: Reader) -> None:
    day = state.day("day")
    if day is None:
        return
    at = data.version(*TOPICS)
    cause = next((cause for cause in Cause if cause == state.word("cause")), None)
    rows = {row.plan.slug: row.plan for row in data.integrations(data.version("plan"))}
    plan = rows.get(state.word("integration"))
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    lines = history.incidents_of(start, cause, plan.id if plan else None, at)
    view = read_list(lines, page=0, more=False, open_count=0, filtered=True)
    of = f", {plan.name}" if plan else f", {cause.replace('_', ' ')}" if cause else ""
    title = f"Incidents of {day.day} {day:%B} {day.year}{of}"
    st.html(block(blocks.chosen(title, view.rows, reader, address("trends", days=days))))


def _rankings(days: int) -> None:
    found = ranks(data.summaries(data.version("wall", "incidents")), days)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(block(blocks.ranking("Slowest", f"p95 of {days} days", slowest(found), slow=True)))
    with right:
        st.html(block(blocks.ranking("Least reliable", f"experience policy, {days} days", least_reliable(found), slow=False)))
