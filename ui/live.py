"""Keeping a page live: every two seconds one row is read, and only a change draws the page anew."""

from __future__ import annotations

from typing import Final
from zoneinfo import available_timezones

import streamlit as st

from ui import data
from ui.html import block
from ui.reader import Reader

EVERY_S: Final = 2


def reader() -> Reader:
    """Who reads, and now: the reader's zone as the browser says it, UTC where it says none that exists."""
    return Reader(data.now_ms(), zone())


def zone() -> str:
    """The browser's zone, checked: it is foreign text like any other."""
    said = st.context.timezone or "UTC"
    return said if _known(said) else "UTC"


@st.cache_data(show_spinner=False, max_entries=64)
def _known(name: str) -> bool:
    return name in available_timezones()


@st.fragment(run_every=EVERY_S)
def pulse(topics: tuple[str, ...], drawn: tuple[int, ...], said: str = "") -> None:
    """The heartbeat at the head of a page; it draws the page anew when what it shows has changed.

    `drawn` are the versions the page was drawn from. Nothing else is sent while they hold.
    """
    if data.version(*topics) != drawn:
        st.rerun()
    st.html(block(_pulse_line(said), kind="live"))


def _pulse_line(said: str) -> str:
    view = reader()
    beat = data.beat()
    gone = beat.gone_since(view.now_ms)
    if gone is None:
        state = "Probing now"
    elif gone:
        state = f"Nobody has probed for {view.ago(gone).removesuffix(' ago')}"
    else:
        state = "Nobody probes yet"
    return f'<p class="pulse">{" · ".join(filter(None, (state, said, view.stamp(view.now_ms))))}</p>'


@st.fragment(run_every=EVERY_S)
def watch(topics: tuple[str, ...], drawn: tuple[int, ...]) -> None:
    """The same without a heartbeat, for pages that show none."""
    if data.version(*topics) != drawn:
        st.rerun()
