"""A day of an integration and a single result of it: the way from a bar to what went over the wire."""

from __future__ import annotations

from datetime import date

import streamlit as st

from ui import close_look, state
from ui.blocks import corrections, evidence, integration, lanes
from ui.blocks import day as blocks
from ui.blocks.states import missing
from ui.dossier import DAY_MS, DAYS, Dossier
from ui.html import block, heading
from ui.reader import Reader
from ui.readings.corrections import over
from ui.readings.day import read_day, read_result, start_of
from ui.readings.integration import read_head
from ui.readings.lanes import days
from ui.readings.reference import parse


def show_day(dossier: Dossier, day: date, reader: Reader) -> None:
    """`/integration?id=paypal&day=2026-11-20`, with `&hour=14` its single results."""
    hour = state.number("hour", 0, 23)
    look = close_look.day(dossier, dossier.row.plan.slug, start_of(day), hour, dossier.read_ms)
    view, slug = read_day(dossier, look, hour, reader), dossier.row.plan.slug
    st.html(block(integration.head(read_head(dossier), reader, here=f"{day.day} {day:%b %Y}")))
    laid = over(dossier.parts, (reader.now_ms // DAY_MS - DAYS + 1) * DAY_MS, reader.now_ms)
    st.html(block(lanes.days(days(dossier.days, reader, laid), slug, chosen=view.iso)))
    st.html(block(blocks.title(view), lanes.strip(view.strip), corrections.listed(view.corrections, slug)))
    st.html(block(blocks.hours(view.hours, slug, view.iso, view.hour)))
    if hour is not None:
        head = heading(f"Results from {view.hours[hour].label}", "every one opens", "gap")
        st.html(block(head, evidence.results(view.results, slug, reader, more=view.more)))
    st.html(block(blocks.incidents(view)))


def show_result(dossier: Dossier, said: str, reader: Reader) -> None:
    """`/integration?id=paypal&result=api.local.1795527128000`."""
    reference = parse(said)
    check = next((row.plan for row in dossier.row.checks if reference and row.plan.slug == reference.check), None)
    place = next((ident for ident, slug in dossier.names.places.items() if reference and slug == reference.place), None)
    found = close_look.single(check.id, place, reference.at_ms, check.interval_ms) if reference and check and place else None
    if found is None:
        st.html(block(missing("No such result.", "It was never recorded, or it is older than what is kept.")))
        return
    view = read_result(dossier, found)
    head = integration.head(read_head(dossier), reader, here=f"{reader.plain(found.line.at_ms)}")
    st.html(block(head))
    st.html(block(evidence.one(view, reader)))
