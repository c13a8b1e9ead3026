"""What a person asks of the worker: appended as a request, accepted within two seconds, and its answer followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from storage import requests
from storage.faults import DatabaseBusy
from storage.rows import RequestRow
from ui import access, data
from ui.html import block, icon, text
from ui.place import database

ACCEPTED_WITHIN_S: Final = 2.0
FOLLOWED_FOR_MS: Final = 120_000
_KEY: Final = "asked"


def ask(kind: str, body: Mapping[str, Any], what: str) -> None:
    """Append the request and wait until the worker has taken it up; then the page follows the answer."""
    try:
        number = requests.append(database(), kind, body, access.actor() or None, data.now_ms())
        requests.wait(database(), number, ACCEPTED_WITHIN_S, until="accepted")
    except DatabaseBusy:
        st.session_state[_KEY] = {"what": what, "number": None}
        return
    st.session_state[_KEY] = {"what": what, "number": number}


def follow() -> None:
    """Say how the newest request of this session fares; nothing once it was long ago."""
    asked = st.session_state.get(_KEY)
    if asked is None:
        return
    if asked["number"] is None:
        _say("x", f"{asked['what']}: not written, the database is busy. Try again.")
        return
    with database().read() as conn:
        row = requests.request(conn, asked["number"])
    if row is None or data.now_ms() - row.at_ms > FOLLOWED_FOR_MS:
        del st.session_state[_KEY]
        return
    _say(*_told(row, str(asked["what"])))
    if row.answer is None:
        _again()


@st.fragment(run_every=1)
def _again() -> None:
    """Look again every second until there is an answer."""
    asked = st.session_state.get(_KEY)
    if asked is None:
        return
    with database().read() as conn:
        row = requests.request(conn, asked["number"])
    if row is None or row.answer is not None or data.now_ms() - row.at_ms > FOLLOWED_FOR_MS:
        st.rerun()


def _told(row: RequestRow, what: str) -> tuple[str, str]:
    if row.answer is not None:
        return ("check" if row.answer.ok else "x"), f"{what}: {row.answer.text}"
    if row.accepted_ms is not None:
        return "clock", f"{what}: accepted, under way."
    return "clock", f"{what}: written down. The worker has not taken it up yet; it does so as soon as it runs."


def _say(mark: str, said: str) -> None:
    st.html(block(f'<p class="told" role="status">{icon(mark)}{text(said)}</p>'))
