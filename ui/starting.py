"""First start: what is so, the ways in, and the demo by one click."""

from __future__ import annotations

import streamlit as st

from ui import demo
from ui.blocks.states import Way, empty
from ui.html import address, block, link
from ui.views.monitor import Monitor


def nothing_watched(monitor: Monitor) -> None:
    """No integration is declared."""
    ways = (
        Way(
            "file",
            "Write integrations.yaml",
            "Name the vendors you live on, one line each. <code>integration-health validate</code> checks it, and it is taken up at once.",
            "About 2 min",
        ),
        Way(
            "plug",
            "Start from the example",
            "<code>config.example.yaml</code> watches well-known vendors by their public status pages and needs no key: copy it.",
            "About 1 min",
        ),
        Way(
            "flask",
            "Look round with demo data",
            "Simulated vendors, 90 days, one bad afternoon. Marked as demo on every page, apart from the real state.",
            "At once: the button below",
        ),
    )
    worker = "The worker is running" if monitor.gone_ms is None else "The worker is not running"
    last = f"{worker}. {link('The monitor’s own health', address('system'))}"
    st.html(
        block(
            empty("First start", "Nothing is being watched yet.", "Pick one way in. The first result is here within a minute.", ways, last)
        )
    )
    offer_demo()


def offer_demo() -> None:
    """The demo as a child on a port of its own; its rows never enter the real state."""
    running = demo.running()
    with st.container(key="demo", horizontal=True, horizontal_alignment="center"):
        if running:
            st.html(block(f'<p class="note">The demo runs: {demo.link_to(running)}.</p>'))
        elif st.button("Look round with demo data"):
            demo.start()
            st.rerun()
