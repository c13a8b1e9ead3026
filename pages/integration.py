"""One integration: whose trouble, since when, what it rests on, down to a single result."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.line import HEARTBEAT
from core.plan import CheckPlan
from ui import actions, asking, charting, data, drill, links, live, planned, state
from ui.blocks import corrections, lanes
from ui.blocks import evidence as proof
from ui.blocks import integration as blocks
from ui.blocks.behind import behind
from ui.blocks.states import missing
from ui.charts import dress
from ui.charts.latency import latency
from ui.charts.phases import phases
from ui.dossier import Dossier, read
from ui.html import block, heading, text
from ui.reader import Reader
from ui.readings.integration import read_integration
from ui.readings.planned import over

TOPICS = ("wall", "incidents", "plan")


def render(slug: str) -> None:
    """The page at `/integration?id=slug`."""
    seen = live.look(*TOPICS)
    at, reader = seen.key, seen.reader
    dossier = read(slug, at, seen.rounded.now_ms)
    if dossier is None:
        st.html(block(missing("No such integration.", f"Nothing was ever declared as “{slug}”.")))
        return
    st.set_page_config(page_title=f"{dossier.row.plan.name} · Integration Health")
    said, day = state.word("result"), state.day("day")
    if said:
        drill.show_result(dossier, said, reader)
    elif day is not None:
        drill.show_day(dossier, day, reader)
    else:
        _overview(dossier, reader)
        live.watch(seen)


def _overview(dossier: Dossier, reader: Reader) -> None:
    view = read_integration(dossier, reader, data.beat().suspended)
    st.html(block(blocks.head(view.head, reader, view.figures)))
    _actions(dossier)
    _windows(dossier, reader)
    says = any(check.kind == "statuspage" for check in dossier.plans)
    strip = heading("Last 24 hours", f"what we saw{f', beside what {text(dossier.row.plan.provider_name)} says' if says else ''}")
    st.html(block(f"{strip}{lanes.strip(view.strip)}"))
    slug = dossier.row.plan.slug
    st.html(block(lanes.days(view.days, slug), corrections.listed(view.corrections, slug)))
    _charts(dossier, reader)
    left = proof.failures(view.failures, view.failures_note, slug, reader) + blocks.checks(view.checks, reader)
    st.html(block(f'<div class="two"><div>{left}</div>{blocks.aside(view, reader)}</div>'))


def _actions(dossier: Dossier) -> None:
    if dossier.row.archived_ms is not None:
        return
    plan = dossier.row.plan
    with st.container(key="actions", horizontal=True):
        if asked := [check.id for check in dossier.plans if check.kind != HEARTBEAT]:
            asking.run_checks(asked, "Run all checks now")
        asking.silence(plan.id, plan.name)
        asking.maintenance(plan.id, plan.name)
        called = [check for check in dossier.plans if check.kind == HEARTBEAT]
        for check in called:
            asking.replace_address(check.id, check.name or check.slug, only=len(called) == 1)
    actions.follow()


def _windows(dossier: Dossier, reader: Reader) -> None:
    """What lies over it now or will: nothing where nothing does, the buttons to set one stand above."""
    plan = dossier.row.plan
    if found := over(data.windows(), plan.id):
        names = {row.plan.id: row.plan.name for row in data.integrations(data.version("plan"))}
        planned.section(found, names, reader)


def _charts(dossier: Dossier, reader: Reader) -> None:
    measured = [check for check in dossier.plans if check.kind not in (HEARTBEAT, "statuspage")]
    if not measured:
        return
    check, window = _choices(measured)
    width = charting.WINDOWS[window]
    place = check.locations[0]
    wide, narrow = st.columns([1.7, 1], gap="large")
    named = text(f"{check.name or check.slug}, {dossier.names.place(place)}")
    with wide:
        st.html(block(heading("Latency", f"{named} · nearest rank, {window} · times in {reader.zone_name}")))
        shown = charting.latencies(dossier, check, place, width, reader.zone)
        _leading(latency(shown), f"latency-{check.slug}-{window}", f"p50, p95 and p99 of {check.name} over {window}")
        if found := behind(shown.bands, dossier.row.plan.slug, reader):
            st.html(block(found))
    with narrow:
        st.html(block(heading("Where the time goes", f"median by phase · times in {reader.zone_name}")))
        dress.draw(
            phases(charting.phase_times(dossier, check, place, width, reader.zone)),
            "phases",
            f"Median phases of {check.name} over {window}",
        )


def _leading(figure: go.Figure, key: str, says: str) -> None:
    """A click on a band, or on an answer within one, opens its incident."""
    chosen = dress.draw_choosable(figure, key, says)
    number = next((int(found) for found in chosen if str(found).isdigit() and int(found)), None)
    if number and st.session_state.get("led") != (key, number):
        links.go(f"/incident?id={number}")
    st.session_state["led"] = (key, number)


def _choices(measured: list[CheckPlan]) -> tuple[CheckPlan, str]:
    """Which check and which window: both stand in the address."""
    by_slug = {check.slug: check for check in sorted(measured, key=lambda check: (not check.counts, check.slug))}
    with st.container(key="filters", horizontal=True, vertical_alignment="center"):
        window = st.segmented_control(
            "Window", list(charting.WINDOWS), key="window", bind="query-params", default="24 h", required=True, label_visibility="collapsed"
        )
        slug = next(iter(by_slug))
        if len(by_slug) > 1:
            slug = st.segmented_control(
                "Check", list(by_slug), key="check", bind="query-params", default=slug, required=True, label_visibility="collapsed"
            )
    return by_slug.get(str(slug), next(iter(by_slug.values()))), str(window or "24 h")
