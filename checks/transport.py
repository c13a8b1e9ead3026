"""The transport under every httpx client of ours: libcurl, guarded, bounded, with one deadline and true timings."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

from checks.deadline import Deadline
from checks.exchange import Exchange
from checks.faults import NameNotFound, RedirectRefused, fault_of
from checks.guard import judge_addresses, judge_url, port_of
from checks.lookups import LookupFailed
from checks.transfer import Order, Stopped, Transfer
from checks.wire import Wire
from core.address import AddressPolicy, read_literal

MOST_REDIRECTS: Final = 5
EXCERPT: Final = "excerpt"  # a request extension: a body that is cut at the limit will do
_ORIGIN: Final = "first_origin"
_BOMB_RATIO: Final = 100
_SAFE_ELSEWHERE: Final = frozenset({b"accept", b"accept-language", b"content-type", b"host", b"user-agent"})
_LIBCURLS_OWN: Final = frozenset({b"accept-encoding", b"connection", b"content-length", b"expect", b"transfer-encoding"})
_UNDONE: Final = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE: Final = re.compile(rb"[\r\n\x00]")
DEFAULT_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Asking:
    """The run on whose behalf a request is made: its deadline, and who wants to know of each exchange."""

    deadline: Deadline
    note: Callable[[Exchange], None]


class CurlTransport(httpx.AsyncBaseTransport):
    """Raises the exceptions of `checks.faults` and no others.

    One transport, and so one client, serves every run of a kind: `asking` tells it whose request it has. Outside of a run
    each request has a deadline of its own, httpx's read timeout or 10 s.
    """

    def __init__(
        self, wire: Wire, policy: AddressPolicy, *, reuse: bool = False, asking: Callable[[], Asking | None] = lambda: None
    ) -> None:
        self._wire = wire
        self._policy = policy
        self._reuse = reuse
        self._asking = asking

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange, asking = Exchange(request), self._asking()
        try:
            if asking is not None:
                asking.note(exchange)
                return await self._ask(exchange, asking.deadline)
            async with Deadline(_timeout_s(request) or DEFAULT_TIMEOUT_S) as deadline:
                return await self._ask(exchange, deadline)
        except httpx.TransportError as error:
            exchange.error = str(error)
            raise

    async def _ask(self, exchange: Exchange, deadline: Deadline) -> httpx.Response:
        request = exchange.request
        origin = origin_of(request.url)
        _keep_at_home(request, origin)
        judge_url(request.url, self._policy)
        async with self._wire.slots.hold(origin, deadline):
            answer = _answer(request, await self._exchange(exchange, deadline))
        answer.extensions["total_us"] = exchange.total_us
        return answer

    async def _exchange(self, exchange: Exchange, deadline: Deadline) -> Transfer:
        proxy = self._wire.proxy_for(exchange.request.url)
        addresses = () if proxy else await self._look_up(exchange, deadline)
        order = self._order(exchange.request, await exchange.request.aread(), deadline.at, addresses, proxy)
        with deadline.kept_inside():
            exchange.transfer = await self._wire.transfer(order)
        return exchange.transfer

    async def _look_up(self, exchange: Exchange, deadline: Deadline) -> tuple[str, ...]:
        host = _ascii_host(exchange.request.url)
        if read_literal(host) is not None:
            return ()
        begun = time.monotonic()
        try:
            found = await self._wire.look_up(host, deadline, kept=self._reuse)
        except LookupFailed as error:
            exchange.lookup_us = round((time.monotonic() - begun) * 1e6)
            raise NameNotFound(str(error)) from None
        exchange.lookup_us = found.took_us
        return judge_addresses(found.addresses, self._policy)

    def _order(self, request: httpx.Request, body: bytes, deadline: float, addresses: tuple[str, ...], proxy: str) -> Order:
        url = request.url
        own = _timeout_s(request)
        return Order(
            method=request.method,
            url=f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}",
            headers=tuple(_header_lines(request, body)),
            body=body,
            policy=self._policy,
            deadline=deadline if own is None else min(deadline, asyncio.get_running_loop().time() + own),
            addresses=addresses,
            host=_ascii_host(url),
            port=port_of(url),
            ca_file=self._wire.ca_file,
            reuse=self._reuse,
            proxy=proxy,
        )


def guarded_client(
    wire: Wire, *, user_agent: str, private_targets: bool = False, https_only: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S
) -> httpx.AsyncClient:
    """A client for what is no probe (webhooks, other channels): the same guard, bounds and deadline for each request."""
    schemes = frozenset({"https"}) if https_only else frozenset({"https", "http"})
    transport = CurlTransport(wire, AddressPolicy(private=private_targets, schemes=schemes))
    return client_over(transport, user_agent, httpx.Timeout(timeout_s), follow_redirects=False)


def client_over(
    transport: httpx.AsyncBaseTransport, user_agent: str, timeout: httpx.Timeout | None = None, *, follow_redirects: bool = True
) -> httpx.AsyncClient:
    """The one way a client is made here: nothing from the environment, at most 5 redirects."""
    return _Client(
        transport=transport,
        headers={"user-agent": user_agent},
        timeout=timeout,
        follow_redirects=follow_redirects,
        max_redirects=MOST_REDIRECTS,
        trust_env=False,
    )


class _NoCookies(httpx.Cookies):
    """Nothing is kept from one answer for another. (httpx asks its jar about every answer: a third of all its time.)"""

    def extract_cookies(self, response: httpx.Response) -> None:
        return


class _Client(httpx.AsyncClient):
    """A client that many runs share, so it must not remember any of them."""

    _NONE: Final = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._NONE

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        raise AttributeError("cookies are not kept here")


def _keep_at_home(request: httpx.Request, origin: str) -> None:
    """Everything but the plainest headers stays behind when a redirect leaves the origin (httpx drops Authorization alone)."""
    if request.extensions.setdefault(_ORIGIN, origin) == origin:
        return
    if request.method not in ("GET", "HEAD"):
        raise RedirectRefused("A redirect would carry our request to another origin.")
    kept = [(name, value) for name, value in request.headers.raw if name.lower() in _SAFE_ELSEWHERE]
    request.headers = httpx.Headers(kept)


def _header_lines(request: httpx.Request, body: bytes) -> Iterator[str]:
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


def _answer(request: httpx.Request, transfer: Transfer) -> httpx.Response:
    cut = transfer.stopped is Stopped.BODY and request.extensions.get(EXCERPT) and transfer.body_size < _BOMB_RATIO * transfer.wire_size
    fault = None if cut else fault_of(transfer)
    if fault is not None:
        raise fault
    if not 100 <= transfer.status <= 999:
        raise httpx.RemoteProtocolError("The answer has no status.")
    reason, headers = split_head(transfer.header_lines)
    return httpx.Response(
        transfer.status,
        headers=[header for header in headers if header[0].lower() not in _UNDONE],
        stream=httpx.ByteStream(b"".join(transfer.chunks)),
        extensions={"http_version": _VERSIONS[transfer.http_version], "reason_phrase": reason, "cut": bool(cut)},
    )


def split_head(lines: list[bytes]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Reason and headers of the last head among `lines`; interim answers (1xx) came before it."""
    start = max((at for at, line in enumerate(lines) if line[:5] == b"HTTP/"), default=-1)
    reason = lines[start].split(None, 2)[2].strip() if start >= 0 and len(lines[start].split(None, 2)) > 2 else b""
    pairs = (line.partition(b":") for line in lines[start + 1 :])
    return reason, [(name.strip(), value.strip()) for name, colon, value in pairs if colon and _TOKEN.fullmatch(name.strip())]


_VERSIONS: Final = {10: b"HTTP/1.0", 11: b"HTTP/1.1", 20: b"HTTP/2", 30: b"HTTP/3"}


def _timeout_s(request: httpx.Request) -> float | None:
    """What the caller set for this request; httpx's four timeouts are one here."""
    timeouts = request.extensions.get("timeout") or {}
    read = timeouts.get("read")
    return float(read) if read is not None else None


def _ascii_host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def origin_of(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}:{port_of(url)}"
