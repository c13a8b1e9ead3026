"""Is anything wrong now? The answer, what needs somebody, what will hurt later, and a row for every integration."""

from __future__ import annotations

import streamlit as st

from ui import data, live, state
from ui.blocks import parts
from ui.blocks import wall as blocks
from ui.html import block
from ui.reader import Reader
from ui.readings.wall import Filter, read_wall
from ui.views.wall import Wall

TOPICS = ("wall", "incidents", "system")


def render() -> None:
    """The page at `/`."""
    at = data.version(*TOPICS)
    reader = live.reader()
    filters = Filter(
        search=state.word("q"),
        status=state.word("status"),
        category=state.word("category"),
        environment=state.word("environment"),
        owner=state.word("owner"),
        tag=state.word("tag"),
    )
    view = read_wall(data.summaries(at), reader, filters=filters, opened=state.words("open"))
    st.html(block(blocks.answer(view.answer)))
    live.pulse(TOPICS, at)
    _troubles(view, reader)
    for part in blocks.table(view, reader):
        st.html(block(part))
    st.html(block(parts.legend()))


def _troubles(view: Wall, reader: Reader) -> None:
    shown = blocks.attention(view.troubles, reader) + blocks.watch(view.watch)
    if shown:
        st.html(block(shown))
