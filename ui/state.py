"""The state of a page, all of it in its address: read here, checked, and never trusted to be well formed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

_LONGEST = 200


def word(name: str) -> str:
    """A parameter as text, cut to a length no honest link exceeds; empty where it is not there."""
    return str(st.query_params.get(name, ""))[:_LONGEST].strip()


def number(name: str, lowest: int = 0, highest: int = 2**53) -> int | None:
    """A whole number in its bounds; anything else counts as absent."""
    said = word(name)
    if not said.isascii() or not said.isdigit():
        return None
    value = int(said[:17])
    return value if lowest <= value <= highest else None


def day(name: str) -> date | None:
    """A day, as 2026-11-24."""
    try:
        return date.fromisoformat(word(name))
    except ValueError:
        return None


def words(name: str) -> frozenset[str]:
    """Several values of one parameter."""
    return frozenset(value[:_LONGEST] for value in st.query_params.get_all(name))


def choose(name: str, label: str, options: Mapping[str, str], chosen: str, width: int) -> str:
    """A choice that stands in the address by its own key, whatever it is called on the page.

    The widget's key holds the value, so that Back, which changes the address alone, changes the widget too.
    """
    key = f"{name}={chosen}"

    def remember() -> None:
        st.query_params[name] = str(st.session_state[key])

    keys = list(options)
    st.selectbox(
        label,
        keys,
        index=keys.index(chosen) if chosen in options else 0,
        key=key,
        format_func=lambda value: options[value],
        on_change=remember,
        label_visibility="collapsed",
        width=width,
    )
    return chosen
