"""The buttons and little forms by which a person acts; every one of them ends in a request to the worker."""

from __future__ import annotations

from typing import Final

import streamlit as st

from ui import access, actions, data
from ui.place import settings
from ui.views.planned import Window

MINUTE_MS: Final = 60_000
HOURS: Final = {"30 min": 30, "1 h": 60, "4 h": 240, "8 h": 480, "24 h": 1_440}


def acknowledge(incident: int) -> None:
    """The one primary action; who does it is asked for once."""
    if access.actor():
        if st.button("Acknowledge", type="primary", key="acknowledge"):
            _do("acknowledge", {"incident": incident}, "Acknowledge")
        return
    with st.popover("Acknowledge", type="primary"):
        access.ask("acknowledge")
        if st.button("I am on it", key="acknowledge", disabled=not access.actor(), type="primary"):
            _do("acknowledge", {"incident": incident}, "Acknowledge")


def note(incident: int) -> None:
    """A line for the timeline and the thread."""
    with st.popover("Add note"), st.form("note", clear_on_submit=True, border=False):
        access.ask("note")
        said = st.text_area("Note", max_chars=1_000, placeholder="What you know or did")
        if st.form_submit_button("Add note") and said.strip():
            _do("note", {"incident": incident, "text": said.strip()}, "Note")


def silence(integration: int, name: str) -> None:
    """Stops alerts, never measuring."""
    with st.popover("Silence"), st.form("silence", border=False):
        st.caption(f"Stops alerts of {_plain(name)}, never measuring.")
        access.ask("silence")
        lasts = st.segmented_control("For", list(HOURS), default="1 h", required=True)
        reason = st.text_input("Why", max_chars=200)
        if st.form_submit_button("Silence"):
            _window("silence", integration, data.now_ms(), HOURS[str(lasts)], reason, "Silence")


def maintenance(integration: int, name: str) -> None:
    """A window of ours: out of every percentage, and no alerts."""
    zone = settings().timezone
    with st.popover("Plan maintenance"), st.form("maintenance", border=False):
        st.caption(f"Time in the window is counted as maintenance of {_plain(name)}: neither up nor down.")
        access.ask("maintenance")
        begins = st.selectbox("Begins", ["Now", "In 1 h", "In 4 h", "In 24 h"])
        lasts = st.segmented_control("For", list(HOURS), default="1 h", required=True)
        reason = st.text_input("Why", max_chars=200, help=f"Weekly windows and wall times (zone {zone}) are declared in integrations.yaml.")
        if st.form_submit_button("Plan maintenance"):
            ahead = {"Now": 0, "In 1 h": 60, "In 4 h": 240, "In 24 h": 1_440}[str(begins)]
            _window("maintenance", integration, data.now_ms() + ahead * MINUTE_MS, HOURS[str(lasts)], reason, "Maintenance")


def end_window(window: Window) -> None:
    """Before its time; said what follows from it, and asked once more."""
    word = "End now" if window.begun else "Cancel"
    with st.popover(word), st.form(f"end-{window.ident}", border=False):
        st.caption(_after(window))
        access.ask(f"end-{window.ident}")
        if st.form_submit_button(f"{word}: {window.kind.lower()}"):
            _do("end_window", {"window": window.ident}, f"{word}: {window.kind.lower()}")


def _after(window: Window) -> str:
    what = _plain(window.what)
    if not window.begun:
        return f"The {window.kind.lower()} of {what} will not begin. It stays in the history."
    if window.is_silence:
        return f"Alerts of {what} are told again at once, of what is failing now too."
    return f"Time of {what} counts again from now on, and alerts are told."


def replace_address(check: int, name: str, *, only: bool) -> None:
    """Of a heartbeat: for an address that fell into wrong hands. `only`: there is no other that it might be taken for."""
    with st.popover("Replace address" if only else f"Replace address of {_plain(name)}"), st.form(f"address-{check}", border=False):
        st.caption(
            f"{_plain(name)} gets a new address. **The old one stops working at once**: "
            "whatever calls it is answered 404, and counts as missed, until it calls the new one."
        )
        access.ask(f"address-{check}")
        if st.form_submit_button("Replace it"):
            _do("replace_address", {"check": check}, "Replace address")


def run_checks(checks: list[int], label: str) -> None:
    """One run each, recorded and never counted in a streak."""
    if st.button(label, key="run"):
        _do("run_check", {"checks": checks}, label)


def _window(kind: str, integration: int, start_ms: int, minutes: int, reason: str, what: str) -> None:
    body = {"integrations": [integration], "start_ms": start_ms, "end_ms": start_ms + minutes * MINUTE_MS, "reason": reason.strip()}
    _do(kind, body, what)


def _do(kind: str, body: dict[str, object], what: str) -> None:
    actions.ask(kind, body, what)
    st.rerun()


def _plain(name: str) -> str:
    """Foreign text in a caption, which reads markdown."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>~:$" else char for char in name)
