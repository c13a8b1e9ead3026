"""Links inside blocks that change the page without loading it anew.

They stay ordinary links: right click, middle click and copy work, and without script they load the page. A plain left click
writes the address and raises popstate, which is how Streamlit itself hears of Back: one history entry, session kept.
(`st.switch_page` with query_params writes two entries, so that Back lands on the old page with the new query.)
"""

from __future__ import annotations

import time
from typing import Final

import streamlit as st

from ui.kept import kept

_SCRIPT: Final = """export default function () {
  const follow = (event) => {
    const link = event.target.closest?.('.ih a[href^="/"]:not([href^="//"]):not([download]), .ih a[href^="?"]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.getAttribute('href').startsWith('/api/')) return;
    event.preventDefault();
    history.pushState({}, '', link.getAttribute('href'));
    dispatchEvent(new PopStateEvent('popstate'));
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  };
  document.addEventListener('click', follow);
  document.documentElement.dataset.links = 'followed';
  return () => document.removeEventListener('click', follow);
}"""


def follow() -> None:
    """Mount once per run, after the page: an element before it would push the page down by one gap."""
    _component()(key="links")


_GO: Final = """export default function ({ data }) {
  if (!data?.to || window.ihWent === data.time) return;
  window.ihWent = data.time;
  history[data.instead ? 'replaceState' : 'pushState']({}, '', data.to);
  dispatchEvent(new PopStateEvent('popstate'));
}"""


def go(to: str, *, instead: bool = False) -> None:
    """Change the page from Python as a click on a link does: one history entry, session kept. `to` is an address of ours.

    `instead`: it takes the place of the entry that led here, so that Back does not lead here again.
    """
    _goer()(key="go", data={"to": to, "instead": instead, "time": time.time_ns() // 1_000_000})


@kept()
def _goer() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("go", html="<i></i>", css=":host { display: none }", js=_GO)


@kept()
def _component() -> st.components.v2.types.ComponentRenderer:
    return st.components.v2.component("links", html="<i></i>", css=":host { display: none }", js=_SCRIPT)
