"""A session with a Streamlit server as its browser side holds one, and a relay that counts what passes between a browser and a server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

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
    loop, ready, port = asyncio.new_event_loop(), threading.Event(), []

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

    async def serve() -> None:
        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    yield port[0], passed
    asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
