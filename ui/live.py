"""Keeping a page live: every two seconds one row is read, and only a change draws the page anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import available_timezones

import streamlit as st

from ui import data, signs
from ui import format as fmt
from ui.html import block
from ui.kept import kept
from ui.reader import Reader
from ui.readings.pulse import read_pulse

EVERY_S: Final = 2
MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a page was drawn from: versions of its topics, who read it and when, and whether somebody probed."""

    topics: tuple[str, ...]
    key: tuple[int, ...]
    reader: Reader
    probed: bool
    step_ms: int

    @property
    def rounded(self) -> Reader:
        """As of the last whole step: what blocks and readings are cached by."""
        return Reader(self.reader.now_ms // self.step_ms * self.step_ms, self.reader.zone)

    @property
    def holds(self) -> bool:
        """Nothing that is shown has changed since, ages by the step included."""
        now = look(*self.topics, step_ms=self.step_ms)
        return (now.key, now.rounded, now.probed) == (self.key, self.rounded, self.probed)


def look(*topics: str, step_ms: int = MINUTE_MS) -> Look:
    """How things are now; a page that is dear to draw takes longer steps."""
    reader = Reader(data.now_ms(), zone())
    return Look(topics, data.version(*topics), reader, data.beat().gone_since(reader.now_ms) is None, step_ms)


def zone() -> str:
    """The browser's zone, checked: it is foreign text like any other."""
    said = st.context.timezone or "UTC"
    return said if said in _zones() else "UTC"


@kept()
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@st.fragment(run_every=EVERY_S)
def pulse(drawn: Look, checks: int) -> None:
    """The heartbeat at the head of a page; it draws the page anew when what it shows has changed."""
    with signs.once():
        if not drawn.holds:
            st.rerun()
        st.html(block(_line(checks), kind="live"))


def _line(checks: int) -> str:
    reader, beat = Reader(data.now_ms(), zone()), data.beat()
    gone = beat.gone_since(reader.now_ms)
    if gone is None:
        state = read_pulse(beat.leader.body if beat.leader else {}, checks, reader.now_ms)
    elif gone:
        state = f"Nobody has probed for {fmt.lasting(reader.now_ms - gone)}"
    else:
        state = "Nobody probes yet"
    return f'<p class="pulse">{state} · {reader.stamp(reader.now_ms)}</p>'


@st.fragment(run_every=EVERY_S)
def watch(drawn: Look) -> None:
    """The same without a heartbeat, for pages that show none."""
    with signs.once():
        if not drawn.holds:
            st.rerun()
