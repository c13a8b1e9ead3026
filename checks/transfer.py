"""One transfer: what libcurl is to do, what came of it, and how long each part took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from core.address import AddressPolicy
from core.health import Phases

BODY_LIMIT: Final = 1 << 20  # decoded
HEADER_LIMIT: Final = 1 << 16
HEADER_LINES: Final = 500  # each is a call from libcurl into Python: thousands, fifty times, keep everybody waiting
BEGINNING: Final = 1 << 16  # of a body above the limit: nobody reads more of it, and fifty at once are 50 MiB


class Stopped(StrEnum):
    """Why we ended a transfer ourselves."""

    BODY = "body"
    HEADERS = "headers"
    LINES = "lines"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Order:
    """One request as libcurl is to send it. `addresses` are those the guard let through; the socket's own is judged again."""

    method: str
    url: str
    headers: tuple[str, ...]
    body: bytes
    policy: AddressPolicy
    deadline: float  # monotonic
    addresses: tuple[str, ...] = ()
    host: str = ""
    port: int = 0
    ca_file: str | None = None
    reuse: bool = False
    proxy: str = ""


@dataclass(slots=True)
class Transfer:
    """An order under way and what has come of it so far. Filled in the transfer thread, read after `done`."""

    order: Order
    done: Callable[[Transfer], None]
    submitted: float
    header_lines: list[bytes] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)  # of a body that is too long, its beginning
    header_size: int = 0
    body_size: int = 0
    stopped: Stopped | None = None
    refused: str = ""  # the guard's words, where it refused a socket
    opened: int = 0  # sockets opened
    lag_s: float = 0.0  # our own delay, at its worst
    status: int = 0
    http_version: int = 0
    code: int = 0  # libcurl's; 0: all is well
    error: str = ""  # libcurl's own words
    address: str = ""  # connected to
    wire_size: int = 0
    total_us: int = 0
    phases: Phases = field(default_factory=Phases)

    def take_header(self, line: bytes) -> int | None:
        self.header_size += len(line)
        if self.header_size > HEADER_LIMIT:
            self.stopped = Stopped.HEADERS
            return -1
        if len(self.header_lines) >= HEADER_LINES:
            self.stopped = Stopped.LINES
            return -1
        self.header_lines.append(line)
        return None

    def take_body(self, chunk: bytes) -> int | None:
        """Keeps what fits; the first byte too many ends the transfer, so a bomb costs its limit and no more."""
        room = BODY_LIMIT - self.body_size
        self.body_size += len(chunk)
        self.chunks.append(chunk[:room] if len(chunk) > room else chunk)
        if len(chunk) > room:
            self.stopped = Stopped.BODY
            self.chunks = [self.body[:BEGINNING]]
            return -1
        return None

    @property
    def body(self) -> bytes:
        """All that was kept, in one piece from then on: no second copy of it."""
        if len(self.chunks) > 1:
            self.chunks = [b"".join(self.chunks)]
        return self.chunks[0] if self.chunks else b""
