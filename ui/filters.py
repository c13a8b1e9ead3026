"""The filter line: search, status and the rest, each of them a part of the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import streamlit as st

from core.health import Cause
from core.verdict import Party
from storage.incidents import IncidentFilter
from storage.rows import IntegrationRow, Summary
from ui import data, words
from ui.kept import kept
from ui.readings.wall import Filter

STATUSES: Final = ("All", "Failing", "Slow", "Unknown", "Up")
_MORE: Final = ("category", "environment", "owner", "tag")


def wall_filters(key: tuple[int, ...]) -> Filter:
    """Draw the line and read it; the address is its memory. `key`: of the integrations it chooses from."""
    with st.container(key="filters", horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            "Search name, tag, owner",
            key="q",
            bind="query-params",
            placeholder="Search name, tag, owner",
            label_visibility="collapsed",
            max_chars=100,
            width=240,
        )
        status = st.segmented_control(
            "Status", STATUSES, key="status", bind="query-params", default="All", label_visibility="collapsed", required=True
        )
        chosen = _more(key)
    return Filter(search=search or "", status="" if status in (None, "All") else str(status).lower(), **chosen)


def _more(key: tuple[int, ...]) -> dict[str, str]:
    """The choices are drawn while they can be seen, or hold: one that is not drawn would leave the address."""
    active = sum(bool(st.query_params.get(name)) for name in _MORE)
    shown = st.popover(f"Filter · {active}" if active else "Filter", key=_stays_open(active), on_change="rerun")
    if not (shown.open or active):
        return {}
    with shown:
        return {name: _choice(name, options) for name, options in _options(key).items()}


def _stays_open(active: int) -> str:
    """The key of the popover. With another label it is another one to Streamlit, and would close with the first choice."""
    keys = [f"more-{count}" for count in range(len(_MORE) + 1)]
    if keys[active] not in st.session_state and any(st.session_state.get(one) for one in keys):
        st.session_state[keys[active]] = True
    return keys[active]


@kept(4)
def _options(key: tuple[int, ...]) -> dict[str, list[str]]:
    """What can be chosen: the words that some integration has."""
    summaries = data.summaries(key)
    return {
        "category": _seen(summaries, lambda summary: [words.category(summary.plan.category)]),
        "environment": _seen(summaries, lambda summary: [summary.plan.environment]),
        "owner": _seen(summaries, lambda summary: [summary.plan.owner or ""]),
        "tag": _seen(summaries, lambda summary: summary.plan.tags),
    }


def _seen(summaries: Iterable[Summary], of: Callable[[Summary], Iterable[str]]) -> list[str]:
    return sorted({value for summary in summaries for value in of(summary) if value}, key=str.casefold)


def _choice(name: str, options: list[str]) -> str:
    """What is not among the options is no error: the address may be old."""
    chosen = st.selectbox(name.capitalize(), options, index=None, key=name, bind="query-params", placeholder="Any")
    return str(chosen or "")


def incident_filters(integrations: Sequence[IntegrationRow]) -> tuple[IncidentFilter, dict[str, str]]:
    """Draw the line over the list of incidents: what it asks for, and how the address says so."""
    names = {row.plan.slug: row for row in integrations}
    with st.container(key="filters", horizontal=True, vertical_alignment="center"):
        state = st.segmented_control(
            "State", ("All", "Open", "Over"), key="state", bind="query-params", default="All", required=True, label_visibility="collapsed"
        )
        integration = _pick("Integration", sorted(names), "integration", 200)
        party = _pick("Verdict", [party.value for party in Party], "party", 140)
        cause = _pick("Cause", [cause.value for cause in Cause], "cause", 150)
    only = IncidentFilter(
        integration=names[integration].plan.id if integration else None,
        party=Party(party) if party else None,
        cause=Cause(cause) if cause else None,
        open={"Open": True, "Over": False}.get(str(state)),
    )
    said = {"state": "" if state == "All" else str(state or ""), "integration": integration, "party": party, "cause": cause}
    return only, {name: value for name, value in said.items() if value}


def _pick(label: str, options: list[str], key: str, width: int) -> str:
    """One of the options, or none."""
    chosen = st.selectbox(
        label, options, index=None, key=key, bind="query-params", placeholder=label, label_visibility="collapsed", width=width
    )
    return str(chosen or "")
