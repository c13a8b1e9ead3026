"""One incident: whose it is, what that rests on, what to do, what happened."""

from __future__ import annotations

import streamlit as st

from core.ledger import IncidentKind
from ui import actions, asking, happened, live
from ui.blocks import incident as blocks
from ui.blocks.states import missing
from ui.happened import Happened
from ui.html import block
from ui.readings.incident import read_incident

TOPICS = ("wall", "incidents", "deliveries")


def render(number: int) -> None:
    """The page at `/incident?id=214`."""
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    found = happened.read(number, at)
    if found is None:
        st.html(block(missing("No such incident.", f"INC-{number} was never opened.")))
        return
    st.set_page_config(page_title=f"INC-{number} · Integration Health")
    view = read_incident(
        found.detail,
        reader,
        found.names,
        before=found.before,
        summary=found.summary,
        kinds=found.kinds,
        said=found.said,
        known_better=found.corrections,
    )
    st.html(block(blocks.hero(view, reader)))
    _actions(found)
    st.html(block(blocks.body(view, reader)))
    live.watch(seen)


def _actions(found: Happened) -> None:
    row, integration = found.detail.incident, found.detail.integration
    is_open = row.closed_ms is None
    with st.container(key="actions", horizontal=True):
        if is_open and row.acknowledged_ms is None and row.kind is not IncidentKind.BLIND:
            asking.acknowledge(row.id)
        if is_open and integration is not None:
            asking.run_checks(list(row.checks), "Run check now")
            asking.silence(integration.plan.id, integration.plan.name)
        asking.note(row.id)
    actions.follow()
