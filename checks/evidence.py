"""What is kept of a run that failed or changed something: the exchange as text, redacted and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import httpx

from checks.exchange import Exchange
from core.health import Evidence
from core.redact import Redactor

EXCERPT_BYTES: Final = 4_096
_MOST_HEADERS: Final = 8_192
# Redaction may shorten text, and what is cut in the middle of a secret is no longer recognised: so more is read than is
# kept, and the end of what was read is never shown.
_READ_BYTES: Final = 2 * EXCERPT_BYTES
_UNSHOWN: Final = 2_048
_LIBCURLS_OWN: Final = frozenset({b"accept-encoding", b"connection", b"content-length"})  # it sends its own


def evidence_of(exchanges: Sequence[Exchange], redact: Redactor, error: str = "") -> Evidence | None:
    """The last exchange, after a line for each one before it. None where nothing was asked."""
    if not exchanges:
        return Evidence(request="", error=redact(error).text) if error else None
    *before, last = exchanges
    request = "".join(f"{_line(exchange)}\n" for exchange in before) + _request(last.request)
    shown_request, shown_response = redact(request), redact(_head(last))
    body, redactions = _excerpt(last, redact)
    return Evidence(
        request=shown_request.text[:_MOST_HEADERS],
        response=shown_response.text[:_MOST_HEADERS] + body,
        address=last.transfer.address or None if last.transfer else None,
        error=redact(last.error).text or None,
        redactions=shown_request.count + shown_response.count + redactions,
    )


def _line(exchange: Exchange) -> str:
    status = exchange.transfer.status if exchange.transfer else 0
    return f"{exchange.request.method} {exchange.request.url} → {status or exchange.error or 'no answer'}"


def _request(request: httpx.Request) -> str:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw if name.lower() not in _LIBCURLS_OWN
    ]
    lines = [f"{request.method} {request.url}", *(f"{name}: {value}" for name, value in headers)]
    return "\n".join(lines)


def _head(exchange: Exchange) -> str:
    if exchange.transfer is None:
        return ""
    lines = exchange.transfer.header_lines
    start = max((at for at, line in enumerate(lines) if line[:5] == b"HTTP/"), default=0)
    return b"".join(lines[start:]).decode("utf-8", "replace").replace("\r\n", "\n")


def _excerpt(exchange: Exchange, redact: Redactor) -> tuple[str, int]:
    """The body's beginning; of what is not text or not to be kept, its size alone."""
    if exchange.transfer is None or not exchange.transfer.chunks:
        return "", 0
    raw, size = exchange.transfer.body, exchange.transfer.body_size
    if exchange.private:
        return f"[{size} bytes that are not kept]", 0
    if b"\0" in raw[:_READ_BYTES]:
        return f"[{size} bytes that are no text]", 0
    found = redact(raw[:_READ_BYTES].decode("utf-8", "replace"))
    text = found.text[: len(found.text) - _UNSHOWN] if len(raw) > _READ_BYTES else found.text
    return text if len(text) <= EXCERPT_BYTES else text[:EXCERPT_BYTES] + "…", found.count
