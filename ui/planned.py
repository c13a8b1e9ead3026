"""Silences and maintenance as a section of a page: those people set stand beside the button that ends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from core.ledger import WindowRow
from ui import asking
from ui.blocks import planned as blocks
from ui.html import block
from ui.reader import Reader
from ui.readings.planned import read_windows

SHOWN: Final = 12  # with a button each: widgets are dear


def section(rows: Sequence[WindowRow], names: Mapping[int, str], reader: Reader) -> None:
    """Everything given; where there is nothing, the section says so."""
    found = read_windows(rows, names, reader.now_ms)
    st.html(block(blocks.head() + ("" if found else blocks.none())))
    own, declared = [one for one in found if not one.of_file], [one for one in found if one.of_file]
    for one in own[:SHOWN]:
        with st.container(key=f"window-{one.ident}", horizontal=True, vertical_alignment="center"):
            st.html(block(blocks.lines([one], reader)))
            asking.end_window(one)
    if len(own) > SHOWN:
        st.html(block(blocks.more(len(own) - SHOWN)))
    if declared:
        st.html(block(blocks.lines(declared, reader)))
