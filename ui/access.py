"""Who acts: a typed name, kept for the session and marked as not verified until people can sign in."""

from __future__ import annotations

from typing import Final

import streamlit as st

LONGEST: Final = 60
_KEY: Final = "actor"


def actor() -> str:
    """The name that was typed in this session; empty before."""
    return str(st.session_state.get(_KEY) or "").strip()[:LONGEST]


def ask() -> str:
    """The field for it, once on a page: actions are written down under this name."""
    st.text_input(
        "Your name, not verified",
        key=_KEY,
        max_chars=LONGEST,
        placeholder="Your name",
        persist_state="session",
        label_visibility="collapsed",
        width=180,
        help="Actions are written down under this name. Nobody checks it until people can sign in.",
    )
    return actor()
