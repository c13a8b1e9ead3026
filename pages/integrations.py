"""Everything that is watched, with who owns it and how it is checked; one of them where the address names it."""

from __future__ import annotations

import streamlit as st

from pages import integration
from ui import data, live, state
from ui.blocks import integrations as blocks
from ui.filters import wall_filters
from ui.html import block
from ui.readings.integrations import read_lines
from ui.readings.wall import Filter

TOPICS = ("plan", "wall")


def render() -> None:
    """The page at `/integration`."""
    slug = state.word("id")
    if slug:
        integration.render(slug)
        return
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    rows, summaries = data.integrations(at), data.summaries(at)
    st.html(block(blocks.answer(rows)))
    filters = wall_filters(at) if len(rows) > blocks.ALL_SEEN_UP_TO else Filter()
    lines = read_lines(rows, {summary.plan.id: summary for summary in summaries}, filters)
    st.html(block(blocks.table(lines, reader, filters, every=bool(state.word("all")))))
    live.watch(seen)
