"""Which paths exist: ours, the pages', and Streamlit's own; everything else is 404, not the page's HTML."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

HEALTH: Final = "/healthz"
METRICS: Final = "/metrics"
SIGN_IN: Final = "/signin"
SIGN_OUT: Final = "/signout"
OURS: Final = frozenset({HEALTH, METRICS, SIGN_IN, SIGN_OUT})
OUR_FOLDERS: Final = ("/api/", "/ping/")
# What Streamlit 1.67 serves beside its pages: assets, media, components, its core endpoints, st.login.
STREAMLIT_FOLDERS: Final = ("/static/", "/media/", "/component/", "/_stcore/", "/app/static/", "/vendor/", "/oauth2callback", "/auth/")
STREAMLIT_FILES: Final = frozenset({"/favicon.png", "/favicon.ico", "/index.html", "/manifest.json", "/robots.txt"})


@dataclass(frozen=True, slots=True)
class Paths:
    """`pages` are the names of the pages in the address: `incident` for `/incident`."""

    pages: frozenset[str]

    @classmethod
    def of(cls, pages: Collection[str]) -> Paths:
        return cls(frozenset(page.strip("/") for page in pages))

    def is_open(self, path: str) -> bool:
        """Yes or no, and unguessable addresses: nobody signs in for these."""
        return path == HEALTH or path.startswith("/ping/")

    def is_ours(self, path: str) -> bool:
        return path in OURS or path.startswith(OUR_FOLDERS)

    def is_read_only(self, path: str) -> bool:
        return self.is_page(path) or path in (HEALTH, METRICS)

    def is_page(self, path: str) -> bool:
        return path == "/" or path.strip("/") in self.pages

    def exists(self, path: str) -> bool:
        return self.is_ours(path) or self.is_page(path) or self._is_streamlits(path)

    def _is_streamlits(self, path: str) -> bool:
        """Under a page's address too: a deep link asks for `/incident/_stcore/health`."""
        first, _, rest = path.strip("/").partition("/")
        below = f"/{rest}" if first in self.pages and rest else path
        return below in STREAMLIT_FILES or below.startswith(STREAMLIT_FOLDERS)
