"""Between httpx and libcurl: a request as header lines, a transfer as a response, and what stays behind when a redirect leaves home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import httpx

from checks.faults import RedirectRefused, raise_fault
from checks.guard import port_of
from checks.transfer import Stopped, Transfer

EXCERPT: Final = "excerpt"  # a request extension: a body that is cut at the limit will do
_ORIGIN: Final = "first_origin"
_BOMB_RATIO: Final = 100
_SAFE_ELSEWHERE: Final = frozenset({b"accept", b"accept-language", b"content-type", b"host", b"user-agent"})
_LIBCURLS_OWN: Final = frozenset({b"accept-encoding", b"connection", b"content-length", b"expect", b"transfer-encoding"})
_UNDONE: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE: Final = re.compile(rb"[\r\n\x00]")
_VERSIONS: Final = {10: b"HTTP/1.0", 11: b"HTTP/1.1", 20: b"HTTP/2", 30: b"HTTP/3"}


def keep_at_home(request: httpx.Request) -> None:
    """Everything but the plainest headers stays behind when a redirect leaves the origin (httpx drops Authorization alone)."""
    origin = _origin(request.url)
    if request.extensions.setdefault(_ORIGIN, origin) == origin:
        return
    if request.method not in ("GET", "HEAD"):
        raise RedirectRefused("A redirect would carry our request to another origin.")
    kept = [(name, value) for name, value in request.headers.raw if name.lower() in _SAFE_ELSEWHERE]
    request.headers = httpx.Headers(kept)


def header_lines(request: httpx.Request, body: bytes) -> Iterator[str]:
    """As libcurl takes them: `Name;` sends an empty one, `Name:` leaves out what it would add itself."""
    netloc = request.url.netloc
    names = set()
    for name, value in request.headers.raw:
        lowered = name.lower()
        if not _TOKEN.fullmatch(name) or _UNSAFE.search(value):
            raise httpx.LocalProtocolError(f"The header {name[:40].decode('ascii', 'replace')!r} holds characters no header may hold.")
        names.add(lowered)
        if lowered in _LIBCURLS_OWN or (lowered == b"host" and value == netloc):
            continue
        yield (name + (b": " + value if value else b";")).decode("latin-1")
    if body:
        yield from ("Expect:",) if b"content-type" in names else ("Expect:", "Content-Type:")


def answer_of(request: httpx.Request, transfer: Transfer) -> httpx.Response:
    """Raises what became of the transfer where there is no answer."""
    cut = (
        transfer.stopped is Stopped.BODY and bool(request.extensions.get(EXCERPT)) and transfer.body_size < _BOMB_RATIO * transfer.wire_size
    )
    if not cut:
        raise_fault(transfer)
    if not 100 <= transfer.status <= 999:
        raise httpx.RemoteProtocolError("The answer has no status.")
    reason, headers = split_head(transfer.header_lines)
    extensions = {"http_version": _VERSIONS[transfer.http_version], "reason_phrase": reason, "cut": cut}
    return _Answer(transfer.status, [header for header in headers if header[0].lower() not in _UNDONE], transfer.body, extensions)


class _Answer(httpx.Response):
    """An answer whose body is already here: httpx goes through six generators to read it, a tenth of what a request costs."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, extensions: dict[str, Any]) -> None:
        super().__init__(status, headers=headers, stream=httpx.ByteStream(body), extensions=extensions)
        self._content = body


def split_head(lines: list[bytes]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Reason and headers of the last head among `lines`; interim answers (1xx) came before it."""
    start = len(lines) - 1
    while start >= 0 and not lines[start].startswith(b"HTTP/"):
        start -= 1
    words = lines[start].split(None, 2) if start >= 0 else []
    reason = words[2].strip() if len(words) > 2 else b""
    pairs = [line.partition(b":") for line in lines[start + 1 :]]
    return reason, [(name, value.strip()) for before, colon, value in pairs if colon and _TOKEN.fullmatch(name := before.strip())]


def timeout_s(request: httpx.Request) -> float | None:
    """What the caller set for this request; httpx's four timeouts are one here."""
    timeouts = request.extensions.get("timeout") or {}
    read = timeouts.get("read")
    return float(read) if read is not None else None


def ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}:{port_of(url)}"
