"""Who acts: a typed name, kept for the session and marked as not verified until people can sign in."""

from __future__ import annotations

from typing import Final

import streamlit as st

LONGEST: Final = 60
_KEY: Final = "actor"


def actor() -> str:
    """The name that was typed in this session; empty before."""
    return str(st.session_state.get(_KEY) or "").strip()[:LONGEST]


def ask(where: str) -> None:
    """The field for it: actions are written down under this name."""
    said = st.text_input(
        "Your name, not verified",
        key=f"{_KEY}_{where}",
        value=actor(),
        max_chars=LONGEST,
        placeholder="Who acts",
        help="Actions are written down under this name. Nobody checks it until people can sign in.",
    )
    if said:
        st.session_state[_KEY] = said
