"""Can the monitor itself be trusted? Its worker, its writes, its configuration, and when it was blind."""

from __future__ import annotations

import streamlit as st

from ui import actions, data, live, machine, planned
from ui.blocks import own_health
from ui.blocks import system as blocks
from ui.html import block
from ui.reader import Reader
from ui.readings.monitor import blind_periods
from ui.readings.own_health import read_own_health
from ui.readings.system import read_system
from ui.views.own_health import OwnHealth

TOPICS = ("system", "wall", "incidents")


def render() -> None:
    """The page at `/system`."""
    seen = live.look(*TOPICS)
    _health()
    planned.section(data.windows(), _names(), seen.reader)
    actions.follow()
    live.watch(seen)


def _names() -> dict[int, str]:
    return {row.plan.id: row.plan.name for row in data.integrations(data.version("plan"))}


@st.fragment(run_every=5)
def _health() -> None:
    """Beats change nothing that has a version: this page alone reads them anew."""
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    known = machine.own_health()
    view = read_system(
        monitor=data.monitor(at),
        lives=data.lives(),
        notices=data.notices(at),
        blind=blind_periods(data.blind_lines(at)),
        about=machine.versions(),
        size=machine.size(),
        reader=reader,
        troubles=known.troubles,
    )
    st.html(block(blocks.answer(view)))
    own = _own(known, reader)
    st.html(block(own_health.troubles(own, reader), blocks.body(view, reader)))
    st.html(block(own_health.section(own)))


def _own(known: machine.Known, reader: Reader) -> OwnHealth:
    worker = data.beat().leader
    return read_own_health(worker, known.rows, known.troubles, data.notices(data.version("system")), known.size, reader)
