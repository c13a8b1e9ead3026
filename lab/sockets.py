"""Sockets before and after HTTP: a port of ours, a connection that stays silent, one that becomes a stream."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from lab.certificates import Authority
from lab.faults import Fault, Kind
from lab.wire import linger_nothing

HOST: Final = "127.0.0.1"
HOLD_S: Final = 300.0
HANDSHAKE_S: Final = 20.0
CLOSING_S: Final = 1.0


def bound(port: int) -> socket.socket:
    """A socket of a port of ours, not yet listening. Raises OSError where the port is taken."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    raw.setblocking(False)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        raw.bind((HOST, port))
    except OSError:
        raw.close()
        raise
    return raw


async def keep_silent(raw: socket.socket, fault: Fault | None) -> None:
    """Takes bytes and gives none until the other side goes; or resets at once, or speaks plainly to whoever expects TLS."""
    loop = asyncio.get_running_loop()
    try:
        if fault is not None and fault.kind is Kind.RESET:
            linger_nothing(raw)
            return
        if fault is not None and fault.kind is Kind.PLAINTEXT:
            await loop.sock_sendall(raw, b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        async with asyncio.timeout(HOLD_S):
            while await loop.sock_recv(raw, 4096):
                pass
    finally:
        raw.close()


async def streams(
    raw: socket.socket, authority: Authority | None, fault: Fault | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    context = None if authority is None else authority.context(None if fault is None else fault.kind)
    patience = None if context is None else HANDSHAKE_S
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, raw, ssl=context, ssl_handshake_timeout=patience)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def close(writer: asyncio.StreamWriter) -> None:
    """The transport owns the socket and must be seen to let it go: a number closed under it would be somebody else's next."""
    writer.close()
    try:
        await asyncio.wait_for(writer.wait_closed(), CLOSING_S)
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        pass  # it was reset
