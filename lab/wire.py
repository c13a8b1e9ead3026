"""One conversation in HTTP/1.1 over an open stream, through h11: requests in, replies out, broken on the way if told to."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from typing import Final

import h11

from lab.exchange import Reply, Request
from lab.faults import Fault, Kind
from lab.malformed import MALFORMED, giant, malformed

BODY_LIMIT: Final = 1 << 20
HEAD_LIMIT: Final = 1 << 16
IDLE_S: Final = 75.0
CHUNK: Final = 1 << 16


class Conversation:
    """The server's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self._method = b""

    async def requests(self) -> AsyncIterator[Request]:
        """Each request with its whole body, until the other side goes, is idle for long, or talks nonsense."""
        while True:
            async with asyncio.timeout(IDLE_S):
                head = await self._event()
                if not isinstance(head, h11.Request):
                    return
                body = await self._body()
            self._method = head.method
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            yield Request(head.method.decode(), head.target.decode("latin-1"), headers, body)
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                return
            self._http.start_next_cycle()

    async def _body(self) -> bytes:
        parts = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            parts += event.data
            if len(parts) > BODY_LIMIT:
                raise h11.RemoteProtocolError("the body is larger than anything a probe sends")
        return bytes(parts)

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            self._http.receive_data(await self._reader.read(CHUNK))
        return event

    async def send(self, reply: Reply, fault: Fault | None = None) -> None:
        """The reply, whole or broken. A conversation that was broken ends with ConnectionError."""
        if fault is not None and fault.kind is Kind.LATENCY:
            await asyncio.sleep(fault.delay_s)
            fault = None
        if fault is not None and fault.kind in MALFORMED:
            for piece in malformed(fault, reply):
                await self._write(piece)
            raise ConnectionAbortedError
        head, body = self._bytes(reply)
        if fault is None:
            await self._write(head + body)
        else:
            await self._broken(fault, head, body)

    def _bytes(self, reply: Reply) -> tuple[bytes, bytes]:
        headers = [*reply.headers, ("content-length", str(len(reply.body)))]
        head = self._http.send(h11.Response(status_code=reply.status, headers=headers)) or b""
        bodyless = self._method == b"HEAD" or reply.status in (204, 304)
        body = b"" if bodyless or not reply.body else self._http.send(h11.Data(data=reply.body)) or b""
        return head, body + (self._http.send(h11.EndOfMessage()) or b"")

    async def _broken(self, fault: Fault, head: bytes, body: bytes) -> None:
        if fault.kind is Kind.DRIP:
            await self._drip(head, body, fault.delay_s)
        elif fault.kind is Kind.GIANT_HEADER:
            for piece in giant(head, fault.size_mb):
                await self._write(piece)
            await self._write(body)
        else:
            part = head[: len(head) // 2] if fault.kind is Kind.RESET_HEADER else head + body[: len(body) // 2]
            await self._write(part)
            await asyncio.sleep(0.02)  # lets the part be read before the reset arrives
            self.reset()
            raise ConnectionResetError

    async def _drip(self, head: bytes, body: bytes, delay_s: float) -> None:
        await self._write(head)
        for index in range(len(body)):
            await asyncio.sleep(delay_s)
            await self._write(body[index : index + 1])

    async def _write(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            self._writer.write(data[start : start + CHUNK])
            await self._writer.drain()
            if len(data) >= CHUNK:
                await asyncio.sleep(0)  # else nobody would tell us that the other side is gone

    def reset(self) -> None:
        """The other side gets a TCP reset, not an end."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None:
            linger_nothing(raw)
        self._writer.transport.abort()


def linger_nothing(raw: socket.socket) -> None:
    """Closing sends RST: what was not sent is thrown away."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
