"""The wall as it is drawn, kept by version, minute and filter: a rerun in which nothing changed builds nothing."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui import data
from ui.blocks import wall as blocks
from ui.reader import Reader
from ui.readings.wall import Filter, read_wall
from ui.readings.watch import read_watch
from ui.views.wall import Wall


@dataclass(frozen=True, slots=True)
class DrawnWall:
    """The view, and its sections as ready blocks."""

    view: Wall
    answer: str
    above: str
    table: tuple[str, ...]


@st.cache_resource(show_spinner=False, max_entries=32)
def wall(key: tuple[int, ...], reader: Reader, filters: Filter, opened: frozenset[str]) -> DrawnWall:
    """`reader` is as of a whole minute: ages on the page change once a minute."""
    summaries = data.summaries(key)
    planned = {ident: window.end_ms for window in data.maintenance(reader.now_ms) for ident in window.integrations or ()}
    watch = read_watch(summaries, data.signals(key), reader)
    view = read_wall(summaries, reader, watch=watch, filters=filters, opened=opened, planned=planned, last=data.last_incident(key))
    above = blocks.attention(view.troubles, reader) + blocks.watch(view.watch)
    return DrawnWall(view, blocks.answer(view.answer), above, tuple(blocks.table(view, reader)))
