"""The transport under every httpx client of ours: libcurl, guarded, bounded, with one deadline and true timings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx

from checks.deadline import Deadline
from checks.exchange import Exchange
from checks.faults import NameNotFound
from checks.guard import judge_addresses, judge_url, port_of
from checks.lookups import LookupFailed
from checks.messages import answer_of, ascii_host, header_lines, keep_at_home, timeout_s
from checks.transfer import Order, Transfer
from checks.wire import Wire
from core.address import AddressPolicy, read_literal

MOST_REDIRECTS: Final = 5
DEFAULT_TIMEOUT_S: Final = 10.0
_ANSWERED: Final = "answered"  # a request extension: the answer is here already
PROXIED_LOOKUP_S: Final = 1.0  # networks that force a proxy on us often answer no look-up at all


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
        answered: httpx.Response | None = request.extensions.pop(_ANSWERED, None)
        return answered or await self._answer(request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        exchange, asking = Exchange(request), self._asking()
        try:
            if asking is not None:
                asking.note(exchange)
                return await self._ask(exchange, asking.deadline)
            async with Deadline(timeout_s(request) or DEFAULT_TIMEOUT_S) as deadline:
                return await self._ask(exchange, deadline)
        except httpx.TransportError as error:
            exchange.error = str(error)
            raise
        except TimeoutError:  # its own deadline, outside of a run
            raise httpx.ReadTimeout("No answer in time.") from None

    async def _ask(self, exchange: Exchange, deadline: Deadline) -> httpx.Response:
        request = exchange.request
        keep_at_home(request)
        judge_url(request.url, self._policy)
        async with self._wire.slots.hold(f"{request.url.host}:{port_of(request.url)}", deadline):
            answer = answer_of(request, await self._exchange(exchange, deadline))
        answer.extensions["total_us"] = exchange.total_us
        return answer

    async def _exchange(self, exchange: Exchange, deadline: Deadline) -> Transfer:
        proxy = self._wire.proxy_for(exchange.request.url)
        addresses = await (self._judge_for_proxy(exchange, deadline) if proxy else self._look_up(exchange, deadline))
        order = self._order(exchange.request, await exchange.request.aread(), deadline.at, addresses, proxy)
        with deadline.kept_inside():
            exchange.transfer = await self._wire.transfer(order)
        return exchange.transfer

    async def _look_up(self, exchange: Exchange, deadline: Deadline) -> tuple[str, ...]:
        host = ascii_host(exchange.request.url)
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

    async def _judge_for_proxy(self, exchange: Exchange, deadline: Deadline) -> tuple[str, ...]:
        """A proxy looks names up itself. What we can learn of one is judged all the same; what we cannot is the proxy's to refuse."""
        host = ascii_host(exchange.request.url)
        if read_literal(host) is None:
            patience = Deadline(min(PROXIED_LOOKUP_S, max(0.0, deadline.at - time.monotonic())))
            with suppress(LookupFailed):
                judge_addresses((await self._wire.look_up(host, patience, kept=True)).addresses, self._policy)
        return ()

    def _order(self, request: httpx.Request, body: bytes, deadline: float, addresses: tuple[str, ...], proxy: str) -> Order:
        url = request.url
        own = timeout_s(request)
        return Order(
            method=request.method,
            url=f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}",
            headers=tuple(header_lines(request, body)),
            body=body,
            policy=self._policy,
            deadline=deadline if own is None else min(deadline, asyncio.get_running_loop().time() + own),
            addresses=addresses,
            host=ascii_host(url),
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


async def _asked(transport: CurlTransport, request: httpx.Request) -> httpx.Response:
    """As httpx does it: answer and error know their request."""
    try:
        response = await transport.handle_async_request(request)
    except httpx.RequestError as error:
        error.request = request
        raise
    response.request = request
    return response


class _NoCookies(httpx.Cookies):
    """Nothing is kept from one answer for another. (httpx asks its jar about every answer: a third of all its time.)"""

    def extract_cookies(self, response: httpx.Response) -> None:
        return


class _Client(httpx.AsyncClient):
    """A client that many runs share, so it must not remember any of them."""

    _NONE: Final = _NoCookies()

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Any = httpx.USE_CLIENT_DEFAULT,
        follow_redirects: Any = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """What needs neither signing in nor a redirect goes straight to the transport; httpx's way there costs as much as all of ours."""
        transport = self._transport
        straight = auth is httpx.USE_CLIENT_DEFAULT and not request.url.userinfo and "timeout" in request.extensions and not self.is_closed
        if straight and isinstance(transport, CurlTransport):
            response = await _asked(transport, request)
            if response.status_code < 300 or not response.has_redirect_location:
                return response
            request.extensions[_ANSWERED] = response  # httpx knows what to do with a redirect; it need not ask again
        return await super().send(request, stream=stream, auth=auth, follow_redirects=follow_redirects)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._NONE

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        raise AttributeError("cookies are not kept here")
