"""Is anything wrong now? The answer, what needs somebody, what will hurt later, and a row for every integration."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ui import data, live, starting, state
from ui.blocks import parts
from ui.blocks import wall as blocks
from ui.filters import wall_filters
from ui.html import block, link
from ui.reader import Reader
from ui.readings.monitor import banner
from ui.readings.wall import Filter, offline_answer, read_wall
from ui.readings.watch import read_watch
from ui.views.monitor import Monitor
from ui.views.wall import Wall

TOPICS = ("wall", "incidents", "system", "plan")


def render() -> None:
    """The page at `/`."""
    at, reader = data.version(*TOPICS), live.reader()
    summaries, monitor = data.summaries(at), data.monitor(at)
    if not summaries:
        starting.nothing_watched(monitor)
        live.watch(TOPICS, at)
        return
    shown = banner(monitor, reader)
    if shown and not monitor.network_down:
        st.html(block(parts.banner(shown)))
    head, above = st.container(), st.container()
    filters = wall_filters(summaries) if len(summaries) > blocks.ROOMY_UP_TO else Filter()
    watch = read_watch(summaries, data.signals(at), reader)
    view = read_wall(summaries, reader, watch=watch, filters=filters, opened=state.words("open"))
    if monitor.network_down:
        view = replace(view, answer=offline_answer(monitor, reader), troubles=())
    with head:
        st.html(block(blocks.answer(view.answer)))
        live.pulse(TOPICS, at, f"{sum(len(one.plan.checks) for one in summaries)} checks")
    with above:
        _above(view, reader, monitor)
    _table(view, reader, filters)


def _above(view: Wall, reader: Reader, monitor: Monitor) -> None:
    shown = banner(monitor, reader) if monitor.network_down else None
    said = (parts.banner(shown) if shown else "") + blocks.attention(view.troubles, reader) + blocks.watch(view.watch)
    if said:
        st.html(block(said))
    if monitor.network_down:
        starting.offer_demo()


def _table(view: Wall, reader: Reader, filters: Filter) -> None:
    sections = blocks.table(view, reader)
    for section in sections:
        st.html(block(section))
    if not sections and not view.troubles:
        said = f"No integration matches “{filters.search}”." if filters.search else "No integration matches."
        st.html(block(parts.nothing(said, link("Clear the filter", "/"))))
    elif sections:
        st.html(block(parts.legend()))
