"""What was said where, and what could not be said."""

from __future__ import annotations

import streamlit as st

from ui import live, said, state
from ui.blocks import deliveries as blocks
from ui.html import address, block

TOPICS = ("deliveries", "system")


def render() -> None:
    """The page at `/deliveries`."""
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    channel, before = state.word("channel"), state.number("before")
    view = said.read(channel, before, at)
    st.html(block(blocks.answer(view, reader)))
    st.html(block(blocks.channels(view, reader)))
    dead = blocks.letters("Dead letters", "given up after 24 h, or refused for good", view.dead, reader)
    waiting = blocks.letters("Waiting", "undelivered so far", view.due, reader)
    older = address("deliveries", before=view.older, channel=channel or None) if view.older else None
    newest = address("deliveries", channel=channel or None) if before else None
    st.html(block(dead, waiting, blocks.attempts(view, reader, older, newest)))
    live.watch(seen)
