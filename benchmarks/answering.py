"""An https server that says how long it took to answer: from the instant the kernel took the request in to the one it answered.

The kernel's instant, because a server that shares its cores reads a request some milliseconds after it came, and whoever asked waits
for those as well: they are the server's, no error of the client that measured them.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Final

import trustme

WORK_S: Final = 0.005
_STAMPED: Final = 35  # SO_TIMESTAMPNS of Linux; Python has no name for it
_STAMP: Final = struct.Struct("@qq")


def serve(pipe: Connection, authority: trustme.CA) -> None:
    """For a process of its own; says its port, and ends with the process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", key_type=trustme.KeyType.ECDSA).configure_cert(context)
    asyncio.run(_run(pipe, context))


async def _run(pipe: Connection, context: ssl.SSLContext) -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as listening:
        listening.setblocking(False)
        pipe.send(listening.getsockname()[1])
        while True:
            accepted, _ = await loop.sock_accept(listening)
            _Conversation(loop, accepted, context)


class _Conversation:
    """One connection: requests without a body, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, accepted: socket.socket, context: ssl.SSLContext) -> None:
        self._loop, self._socket = loop, accepted
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._shaken = False
        self._asked = b""
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            accepted.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        loop.add_reader(accepted, self._read)

    def _read(self) -> None:
        try:
            came, said, _, _ = self._socket.recvmsg(1 << 16, 128)
            came_at = _instant(said)
            if not came:
                return self._close()
            self._in.write(came)
            with suppress(ssl.SSLWantReadError):
                self._listen(came_at)
            self._send()
        except (OSError, ssl.SSLError):
            self._close()

    def _listen(self, came_at: float) -> None:
        if not self._shaken:
            self._tls.do_handshake()
            self._shaken = True
        while words := self._tls.read(1 << 16):  # none: the other side says that it ends
            self._asked += words
            if self._asked.endswith(b"\r\n\r\n"):
                self._asked = b""
                self._loop.call_later(WORK_S, self._answer, came_at)

    def _answer(self, came_at: float) -> None:
        with suppress(OSError, ssl.SSLError):  # whoever asked has gone
            took_ms = (time.time() - came_at) * 1e3
            self._tls.write(f"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-served-ms: {took_ms:.3f}\r\n\r\nok".encode())
            self._send()

    def _send(self) -> None:
        if waiting := self._out.read():
            self._socket.send(waiting)

    def _close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()


def _instant(said: list[tuple[int, int, bytes]]) -> float:
    """When the newest byte came, by the kernel; now where it does not say."""
    for _, kind, stamp in said:
        if kind == _STAMPED and len(stamp) >= _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack_from(stamp)
            return int(seconds) + int(nanoseconds) / 1e9
    return time.time()
