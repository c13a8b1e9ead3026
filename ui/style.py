"""The style sheet: every file of `ui/css` in the order of its name, sent once at the top of each page run."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from ui.html import Block

FOLDER: Final = Path(__file__).parent / "css"
MARK: Final = Path(__file__).parent / "mark.svg"


@cache
def sheet() -> str:
    """All rules without comments, in one line, which Streamlit looks through faster, and looks through each time it is sent.

    A `<` in it would make its sanitiser drop the whole sheet silently.
    """
    rules = " ".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.css")))
    rules = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL))
    return re.sub(r" ?([{};]) ?", r"\1", rules)


def apply() -> None:
    """Put it first in the run: a block that is only a style takes no room."""
    st.html(_sent())


@cache
def _sent() -> Block:
    return Block(f"<style>{sheet()}</style>")


@cache
def mark() -> str:
    """The logo as an address of its own: Streamlit would read the file each time."""
    return f"data:image/svg+xml;base64,{b64encode(MARK.read_bytes()).decode()}"
