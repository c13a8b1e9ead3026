"""Everything that is watched, with who owns it and how it is checked; one of them where the address names it."""

from __future__ import annotations

import streamlit as st

from pages import integration
from ui import data, live, state
from ui.blocks import integrations as blocks
from ui.html import block

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
    st.html(block(blocks.table(rows, {summary.plan.id: summary for summary in summaries}, reader)))
    live.watch(seen)
