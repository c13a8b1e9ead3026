"""A session with a Streamlit server as its browser side holds one, and a relay that counts what passes between a browser and a server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.serving import serving

MOST = 64 << 20  # bytes of a message


@dataclass
class Session:
    """One open page."""

    socket: websockets.ClientConnection

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str) -> AsyncIterator[Session]:
        url = address.replace("http", "ws", 1) + "/_stcore/stream"
        async with websockets.connect(url, max_size=MOST, subprotocols=[websockets.Subprotocol("streamlit")]) as socket:
            yield cls(socket)


async def rerun(session: Session) -> float:
    """Seconds from the question to the end of the script."""
    begun = time.monotonic()
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    await session.socket.send(asked.SerializeToString())
    while True:
        said = ForwardMsg()
        said.ParseFromString(await session.socket.recv(decode=False))
        if said.WhichOneof("type") == "script_finished":
            return time.monotonic() - begun


@contextmanager
def counted(target: int) -> Iterator[tuple[int, list[tuple[float, int]]]]:
    """A port that leads to `target`, and what passed through it: instants and bytes, both ways."""
    passed: list[tuple[float, int]] = []

    async def carry(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while chunk := await source.read(65_536):
                passed.append((time.monotonic(), len(chunk)))
                to.write(chunk)
                await to.drain()
        to.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", target)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(carry(reader, back), carry(there, writer))

    with serving(relay) as port:
        yield port, passed
