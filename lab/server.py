"""One listening address of the lab: accepts connections, lets its faults act, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import h11

from lab.bending import bent
from lab.certificates import Authority
from lab.exchange import Reply, Request
from lab.faults import Fault, Kind, Stage
from lab.sockets import HOST, bound, close, keep_silent, streams
from lab.wire import Conversation

BACKLOG: Final = 512
REMEMBERED: Final = 200
LOG: Final = logging.getLogger("integration_health.lab")

Answer = Callable[[Request], Reply | Awaitable[Reply]]
Refuse = Callable[[Request, Fault], Reply | None]


class Server:
    """One port. Without `answer` it speaks no HTTP: connections are taken and held, as a database's port would.

    `imposed` is a fault laid over all of its own: the network is gone, or the path to it.
    """

    def __init__(self, name: str, answer: Answer | None, *, authority: Authority | None = None, refuse: Refuse | None = None) -> None:
        self.name = name
        self.port = 0
        self.pace: Callable[[], float] | None = None  # seconds a right answer takes
        self.asked: deque[Request] = deque(maxlen=REMEMBERED)
        self.count = 0
        self._answer = answer
        self._authority = authority
        self._refuse = refuse
        self._faults: dict[Kind, Fault] = {}
        self._imposed: Fault | None = None
        self._socket: socket.socket | None = None
        self._listening = False
        self._open: dict[asyncio.Task[None], socket.socket] = {}
        self._asked = asyncio.Condition()

    @property
    def url(self) -> str:
        return f"{'http' if self._authority is None else 'https'}://{HOST}:{self.port}"

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self._faults.values())

    def start(self, port: int = 0) -> None:
        """Listens on `port`, on any free one where that is taken. Called in the loop it is to run in."""
        try:
            self._socket = bound(port)
        except OSError:
            self._socket = bound(0)
        self.port = int(self._socket.getsockname()[1])
        self._obey()

    async def stop(self) -> None:
        self._deafen()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def break_(self, fault: Fault) -> None:
        self._faults[fault.kind] = fault
        self._obey()

    def heal(self, kind: Kind | None = None) -> None:
        if kind is None:
            self._faults.clear()
        else:
            self._faults.pop(kind, None)
        self._obey()

    def impose(self, fault: Fault | None) -> None:
        self._imposed = fault
        self._obey()

    def fault_at(self, stage: Stage) -> Fault | None:
        """The fault that acts at a stage; what is imposed comes first."""
        if self._imposed is not None and self._imposed.stage is stage:
            return self._imposed
        return next((fault for fault in self._faults.values() if fault.stage is stage), None)

    async def wait_asked(self, count: int) -> None:
        """Until it was asked `count` times in all."""
        async with self._asked:
            await self._asked.wait_for(lambda: self.count >= count)

    # listening

    def _obey(self) -> None:
        """Faults of the earliest stages also end what is open: a kept connection would not notice them."""
        if self._socket is None:
            return
        refused = self.fault_at(Stage.LISTEN) is not None
        if refused or self.fault_at(Stage.ACCEPT) is not None:
            for raw in self._open.values():
                with suppress(OSError):
                    raw.shutdown(socket.SHUT_RDWR)
        if refused and self._listening:
            self._deafen()
        elif not refused and not self._listening:
            self._listen(self._socket)

    def _listen(self, bound: socket.socket) -> None:
        bound.listen(BACKLOG)
        asyncio.get_running_loop().add_reader(bound.fileno(), self._accept, bound)
        self._listening = True

    def _deafen(self) -> None:
        """Bound but not listening: the port stays ours, and connecting to it is refused."""
        if self._socket is None or not self._listening:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = bound(self.port)
        self._listening = False

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(BACKLOG):
            try:
                raw, _address = listener.accept()
            except OSError:
                return
            raw.setblocking(False)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.get_running_loop().create_task(self._connection(raw))
            self._open[task] = raw
            task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._open.pop(task, None)
        if not task.cancelled() and (bug := task.exception()) is not None:
            LOG.error("%s of the lab has a bug", self.name, exc_info=bug)

    # one connection

    async def _connection(self, raw: socket.socket) -> None:
        fault = self.fault_at(Stage.ACCEPT)
        with suppress(OSError, TimeoutError, h11.ProtocolError):  # the other side went, or one of our faults ended it
            if fault is not None or self._answer is None:
                await keep_silent(raw, fault)
            else:
                await self._talk(raw, self._answer)

    async def _talk(self, raw: socket.socket, answer: Answer) -> None:
        reader, writer = await streams(raw, self._authority, self.fault_at(Stage.HANDSHAKE))
        conversation = Conversation(reader, writer)
        try:
            async for request in conversation.requests():
                await conversation.send(await self._reply(request, answer), self.fault_at(Stage.WIRE))
        finally:
            await close(writer)

    async def _reply(self, request: Request, answer: Answer) -> Reply:
        seen = replace(request, at_s=time.time(), number=self.count)
        self.asked.append(seen)
        self.count += 1
        async with self._asked:
            self._asked.notify_all()
        if self.pace is not None:
            await asyncio.sleep(self.pace())
        fault = self.fault_at(Stage.REPLY)
        refusal = self._refuse(seen, fault) if fault is not None and self._refuse is not None else None
        if refusal is not None:
            return refusal
        given = answer(seen)
        reply = given if isinstance(given, Reply) else await given
        return reply if fault is None else bent(reply, fault, seen)
