"""A connection a probe reads itself: to an address the guard returned, plain or under TLS, with its phases."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from checks.authorities import usual
from checks.vantage import Vantage
from core.health import Phases

_NEXT_ADDRESS_S: Final = 1.0  # an address that does not answer gives way to the next one


@dataclass(slots=True)
class Connection:
    """Open; its phases grow as it goes on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    phases: Phases

    async def start_tls(self, context: ssl.SSLContext, server_name: str) -> ssl.SSLObject:
        """The handshake. Raises `ssl.SSLError`, `OSError`."""
        begun = time.monotonic()
        await self.writer.start_tls(context, server_hostname=server_name)
        self.phases = replace(self.phases, tls_us=us_since(begun))
        secured: ssl.SSLObject = self.writer.get_extra_info("ssl_object")
        return secured


@asynccontextmanager
async def connected(vantage: Vantage, host: str, port: int) -> AsyncIterator[Connection]:
    """Open while it lasts, then dropped without a goodbye. Raises `Blocked`, `OSError`."""
    addresses = await vantage.sockets.resolve(host, port)
    begun = time.monotonic()
    reader, writer = await _first(addresses, port)
    connection = Connection(reader, writer, Phases(connect_us=us_since(begun)))
    try:
        yield connection
    finally:
        vantage.note_phases(connection.phases)
        writer.transport.abort()


def us_since(begun: float) -> int:
    """Microseconds since a monotonic instant."""
    return round((time.monotonic() - begun) * 1e6)


@lru_cache(maxsize=8)
def trusting(ca_file: str | None) -> ssl.SSLContext:
    """Verifies chain and host name. Kept: loading a bundle takes longer than a handshake."""
    context = ssl.create_default_context(cafile=ca_file or usual())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def unquestioning() -> ssl.SSLContext:
    """Verifies nothing: to read the dates of a certificate that was refused. Nothing is sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _first(addresses: list[str], port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    *others, last = addresses
    for address in others:
        try:
            async with asyncio.timeout(_NEXT_ADDRESS_S):
                return await asyncio.open_connection(address, port)
        except OSError:  # TimeoutError is one
            continue
    return await asyncio.open_connection(last, port)
