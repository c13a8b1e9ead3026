"""Every trouble from its first failure to its recovery: the list, a page at a time."""

from __future__ import annotations

import streamlit as st

from pages import incident
from ui import data, happened, live, state
from ui.blocks import incidents as blocks
from ui.filters import incident_filters
from ui.html import address, block
from ui.readings.incident import read_list

TOPICS = ("incidents",)


def render() -> None:
    """The page at `/incident`: one incident where the address names it, else the list."""
    number = state.number("id")
    if number is not None:
        incident.render(number)
        return
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    head = st.container()
    only, query = incident_filters(data.integrations(data.version("plan")))
    before = state.number("before")
    found = happened.page(only, before, at)
    view = read_list(found.lines, page=0, more=found.older is not None, open_count=found.open_count, filtered=bool(query))
    with head:
        st.html(block(blocks.answer(view)))
    older = address("incident", before=found.older, **query) if found.older else None
    newest = address("incident", **query) if before else None
    st.html(block(blocks.table(view, reader, older, newest)))
    live.watch(seen)
