"""What a check costs over our transport: against a bare libcurl loop, against stock httpx, and how true its first byte is."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import ssl
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
import pycurl
import trustme

from benchmarks.answering import serve
from benchmarks.beside import sleeper
from benchmarks.figures import say
from checks.deadline import Deadline
from checks.exchange import Exchange
from checks.slots import Slots
from checks.transport import Asking, CurlTransport, client_over
from checks.wire import Wire
from core.address import AddressPolicy
from scheduler import interpreter

AT_ONCE = 50
NEW, KEPT, ROUNDS = 300, 3_000, 12
RATE, SECONDS, WINDOWS = 500, 3, 3
POLICY = AddressPolicy(private=True)
_ASKING: ContextVar[Asking | None] = ContextVar("asking", default=None)


def main() -> None:
    """On a machine that does other work, the last figure measures that work too: a transfer thread that is given no core reads late."""
    with tempfile.TemporaryDirectory() as folder:
        authority, ca_file = trustme.CA(), os.path.join(folder, "ca.pem")
        authority.cert_pem.write_to_path(ca_file)
        ours, theirs = multiprocessing.Pipe()
        server = multiprocessing.get_context("fork").Process(target=serve, args=(theirs, authority), daemon=True)
        server.start()
        port = ours.recv()
        try:
            asyncio.run(_measure(f"https://127.0.0.1:{port}/", ca_file))
        finally:
            server.kill()


async def _measure(url: str, ca_file: str) -> None:
    interpreter.share()
    interpreter.settle()  # both as the worker does
    wire = Wire(ca_file=ca_file, slots=Slots(AT_ONCE))
    context, fresh, read = ssl.create_default_context(cafile=ca_file), _client(wire), httpx.URL(url)  # a probe reads its address once
    rounds = [(_bare(url, ca_file), await _over(NEW, lambda: _ask(fresh, read))) for _ in range(ROUNDS)]
    bare_us, new_us = (min(each) for each in zip(*rounds, strict=True))
    httpx_new_us = min([await _over(NEW // 3, lambda: _ask_httpx(context, url)) for _ in range(3)])
    say("CPU a check, new TLS, ours against a bare libcurl loop", new_us / bare_us, "<=", 1.3, seen=f"{new_us:.0f} us, {bare_us:.0f} us")
    say("CPU a check, new TLS, httpx against ours", httpx_new_us / new_us, ">=", 2, seen=f"{httpx_new_us:.0f} us, {new_us:.0f} us")
    kept_us = await _kept(_client(wire, reuse=True), url, KEPT)
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    httpx_kept_us = await _kept(httpx.AsyncClient(verify=context, limits=limits), url, KEPT // 4)
    seen = f"{httpx_kept_us:.0f} us, {kept_us:.0f} us"
    say(f"CPU a check, {AT_ONCE} kept connections, httpx against ours", httpx_kept_us / kept_us, ">=", 8, seen=seen)
    interpreter.settle()
    with sleeper() as machine:
        error_ms, unfit = min([await _first_byte_error(fresh, read) for _ in range(WINDOWS)])
        beside = machine()
    seen = f"{unfit} of {RATE * SECONDS} unfit by our own lag, left out; the best of {WINDOWS} stretches; {beside}"
    say(f"first byte, p99 error at {RATE} https checks/s", error_ms, "<=", 3, "ms", seen=seen)
    await wire.close()


async def _over(count: int, ask: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of CPU of this process per call, with AT_ONCE under way."""
    left = count

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await ask()

    begun = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return (time.process_time() - begun) / count * 1e6


async def _kept(client: httpx.AsyncClient, url: str, count: int) -> float:
    await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
    used = await _over(count, lambda: client.get(url))
    await client.aclose()
    return used


def _client(wire: Wire, *, reuse: bool = False) -> httpx.AsyncClient:
    """As the runner makes it: one for all runs, each of which says who it is."""
    return client_over(CurlTransport(wire, POLICY, reuse=reuse, asking=_ASKING.get), "benchmark")


async def _ask(client: httpx.AsyncClient, url: httpx.URL, note: Callable[[Exchange], None] = lambda _: None) -> httpx.Response:
    began = _ASKING.set(Asking(Deadline(60.0), note))
    response = await client.get(url)
    _ASKING.reset(began)
    assert response.status_code == 200
    return response


async def _ask_httpx(context: ssl.SSLContext, url: str) -> None:
    async with httpx.AsyncClient(verify=context) as client:
        response = await client.get(url)
    assert response.status_code == 200


def _bare(url: str, ca_file: str) -> float:
    """The least libcurl itself takes: a multi loop, fresh connections, the same phases read."""
    multi, begun, left, running = pycurl.CurlMulti(), time.process_time(), NEW, 0
    while left or running:
        while left and running < AT_ONCE:
            multi.add_handle(_easy(url, ca_file))
            left, running = left - 1, running + 1
        multi.perform()
        _, well, badly = multi.info_read()
        assert not badly, badly
        for curl in well:
            phases = [curl.getinfo(mark) for mark in _PHASES]
            assert phases[-1] > 0
            multi.remove_handle(curl)
            curl.close()
            running -= 1
        multi.select(0.05)
    used = (time.process_time() - begun) / NEW * 1e6
    multi.close()
    return used


_PHASES = (pycurl.NAMELOOKUP_TIME_T, pycurl.CONNECT_TIME_T, pycurl.APPCONNECT_TIME_T, pycurl.STARTTRANSFER_TIME_T, pycurl.TOTAL_TIME_T)


def _easy(url: str, ca_file: str) -> pycurl.Curl:
    curl, body = pycurl.Curl(), bytearray()
    for option, value in (
        (pycurl.URL, url), (pycurl.CAINFO, ca_file), (pycurl.FRESH_CONNECT, 1), (pycurl.FORBID_REUSE, 1), (pycurl.NOSIGNAL, 1),
        (pycurl.SSL_SESSIONID_CACHE, 0), (pycurl.DNS_CACHE_TIMEOUT, 0), (pycurl.TIMEOUT_MS, 60_000), (pycurl.WRITEFUNCTION, body.extend),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS), (pycurl.PROXY, ""),
    ):  # fmt: skip
        curl.setopt(option, value)
    return curl


async def _first_byte_error(client: httpx.AsyncClient, url: httpx.URL) -> tuple[float, int]:
    """The server says how long it took from the request's arrival to its answer; what we measure beside that is our error.

    Of the latencies that count, in milliseconds, beside the number of those our own lag made unfit.
    """
    errors: list[float] = []

    async def one() -> None:
        exchanges: list[Exchange] = []
        response = await _ask(client, url, exchanges.append)
        transfer = exchanges[0].transfer
        if transfer is not None and transfer.lag_s <= 0.05:
            errors.append(abs((transfer.phases.first_byte_us or 0) / 1000 - float(response.headers["x-served-ms"])))

    begun, tasks = time.monotonic(), []
    for n in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, begun + n / RATE - time.monotonic()))
        tasks.append(asyncio.ensure_future(one()))
    await asyncio.gather(*tasks)
    return sorted(errors)[int(len(errors) * 0.99)], len(tasks) - len(errors)


if __name__ == "__main__":
    main()
