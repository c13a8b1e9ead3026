"""The frame of every page: the sheet first, then navigation, the page, and the links; faults are told as sentences."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from core.exits import Refusal
from storage.faults import DatabaseBusy, ReadTookTooLong
from ui import data, links, live, signs, style
from ui.blocks import parts
from ui.blocks.states import fault
from ui.html import block
from ui.kept import kept
from ui.reader import Reader
from ui.readings.monitor import banner

_log = logging.getLogger(__name__)
_ASKED_AGAIN = "asked again"  # in the session: the path of the page that was stopped once


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation; `path` is its address, empty for the first page. Hidden ones answer by address only."""

    title: str
    path: str
    render: Callable[[], None]
    hidden: bool = False


def moved(path: str) -> Callable[[], None]:
    """A page that has another address: what people guess leads there, so that the navigation shows where one is."""

    def render() -> None:
        query = urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])
        links.go(f"/{path}?{query}" if query else f"/{path}", instead=True)

    return render


def show(places: Sequence[Place]) -> None:
    """Draw the page that the address names."""
    _settle()
    st.set_page_config(page_title="Integration Health", page_icon=style.mark(), layout="wide")
    style.apply()
    page = st.navigation([_page(place) for place in places], position="top")
    st.logo(style.mark(), size="small", link=None)
    try:
        with signs.once():
            _banner(first=not page.url_path)
            page.run()
        st.session_state.pop(_ASKED_AGAIN, None)
    except ReadTookTooLong as error:
        _ask_again(page.url_path)
        _log.warning("the page %s asked too much: %s", page.url_path or "wall", error)
        st.html(block(fault("This took too long.", f"{error} Ask for a shorter window or for fewer at once, or try again in a moment.")))
    except (Refusal, DatabaseBusy) as error:
        _log.warning("the page %s could not be read: %s", page.url_path or "wall", error)
        st.html(block(fault("The database cannot be read just now.", str(error))))
    except Exception:
        _log.exception("the page %s failed", page.url_path or "wall")
        st.html(block(fault("This page could not be drawn.", "It was written down in the log of the monitor; probing goes on.")))
    links.follow()


def _ask_again(path: str) -> None:
    """Once for each page: a second of load is often over, and what was read before the stop is cached."""
    if st.session_state.get(_ASKED_AGAIN) != path:
        st.session_state[_ASKED_AGAIN] = path
        st.rerun()


def _page(place: Place) -> st.Page:
    return st.Page(
        place.render,
        title=place.title,
        url_path=place.path,
        default=not place.path,
        visibility="hidden" if place.hidden else "visible",
    )


def _banner(*, first: bool) -> None:
    """What is to be known on every page; the wall's own answer says it when our network is down or nobody probes."""
    key = data.version("system", "incidents")
    monitor = data.monitor(key)
    shown = banner(monitor, Reader(data.now_ms(), live.zone()))
    if shown and not (first and (monitor.network_down or (monitor.gone_ms is not None and monitor.playing is None))):
        st.html(block(parts.banner(shown)))


@kept()
def _settle() -> None:
    """Once a process: what is loaded by now stays, so that no collection walks through it again (16x faster reruns)."""
    gc.collect()
    gc.freeze()
