"""The style sheet: every file of `ui/css` in the order of its name, sent once at the top of each page run."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

FOLDER: Final = Path(__file__).parent / "css"
MARK: Final = Path(__file__).parent / "mark.svg"


@cache
def sheet() -> str:
    """All rules without comments. A `<` in it would make Streamlit's sanitiser drop the whole sheet silently."""
    rules = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.css")))
    return re.sub(r"/\*.*?\*/", "", rules, flags=re.DOTALL)


def apply() -> None:
    """Put it first in the run: a block that is only a style takes no room."""
    st.html(f"<style>{sheet()}</style>")
