"""Answers given before any route is asked, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Message, Scope

# Streamlit's own pages need scripts, styles, workers and blobs of their own: what is said here cannot break them.
PAGE_POLICY: Final = "frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
OWN_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def refusal(scope: Scope, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """One sentence: JSON for machines, text for others."""
    if is_for_machines(scope["path"]):
        return JSONResponse({"detail": sentence}, status, headers)
    return PlainTextResponse(sentence + "\n", status, headers)


def is_for_machines(path: str) -> bool:
    return path == "/metrics" or path == "/api" or path.startswith(("/api/", "/ping/"))


def add_headers(message: Message, *, own: bool) -> None:
    """Nobody frames us, nothing is guessed from content, no address of ours goes to other hosts."""
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", OWN_POLICY if own else PAGE_POLICY)
    if own:
        headers.setdefault("Cache-Control", "no-store")


_HEADERS: Final[dict[str, Any]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
