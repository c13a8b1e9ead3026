"""Is anything wrong now? The answer, what needs somebody, what will hurt later, and a row for every integration."""

from __future__ import annotations

import streamlit as st

from ui import data, drawn, live, starting, state
from ui.blocks import parts
from ui.blocks import wall as blocks
from ui.blocks.parts import Banner
from ui.drawn import DrawnWall
from ui.filters import wall_filters
from ui.html import block, link
from ui.readings.answer import monitor_answer
from ui.readings.monitor import banner
from ui.readings.wall import Filter
from ui.views.monitor import Monitor

TOPICS = ("wall", "incidents", "system", "plan")


def render() -> None:
    """The page at `/`."""
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    summaries, monitor = data.summaries(at), data.monitor(at)
    if not summaries:
        starting.nothing_watched(monitor)
        live.watch(seen)
        return
    head = st.container()
    filters = wall_filters(at) if len(summaries) > blocks.ROOMY_UP_TO else Filter()
    wall = drawn.wall(at, seen.rounded, filters, state.words("open"))
    with head:
        unseen = monitor_answer(monitor, reader)
        st.html(block(blocks.answer(unseen)) if unseen else wall.answer)
        live.pulse(seen, wall.checks)
        _above(wall, banner(monitor, reader), monitor)
    _table(wall, filters)


def _above(wall: DrawnWall, shown: Banner | None, monitor: Monitor) -> None:
    """What needs somebody; while our own network is down nobody is blamed, and the banner stands here."""
    if not monitor.network_down:
        if wall.above:
            st.html(wall.above)
        return
    if shown:
        st.html(block(parts.banner(shown)))
    starting.offer_demo()


def _table(wall: DrawnWall, filters: Filter) -> None:
    for section in wall.table:
        st.html(section)
    if not wall.table and not wall.view.troubles:
        said = f"No integration matches “{filters.search}”." if filters.search else "No integration matches."
        st.html(block(parts.nothing(said, link("Clear the filter", "/"))))
