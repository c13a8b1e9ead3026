"""What the tests of probing share: an authority of our own, small servers on real sockets, a runner that may ask them."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from checks.kinds import kinds
from checks.runner import Finding, Job, Runner, make_runner
from core.address import WEB_PORTS

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Handler = Callable[[Reader, Writer], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A server's side of TLS, with a certificate for these names."""

    def context(*names: str, signed_by: trustme.CA = authority, expires: datetime | None = None) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        signed_by.issue_cert(*(names or ("localhost", "127.0.0.1")), not_after=expires).configure_cert(made)
        return made

    return context


@dataclass
class Servers:
    """Servers on port 0 of loopback; they end with the test."""

    running: list[asyncio.Server] = field(default_factory=list)

    async def on_web_port(self, handler: Handler) -> int:
        """On a port that may be asked without an opt-in: elsewhere the guard refuses the port, and never looks at the address."""
        for port in sorted(port for port in WEB_PORTS if port > 1_024):
            with suppress(OSError):
                return await self(handler, port=port)
        raise OSError("every one of the ports that may be asked is taken")

    async def __call__(self, handler: Handler, secured: ssl.SSLContext | None = None, *, port: int = 0) -> int:
        async def quiet(reader: Reader, writer: Writer) -> None:
            try:
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(quiet, "127.0.0.1", port, ssl=secured)
        self.running.append(server)
        return int(server.sockets[0].getsockname()[1])


@pytest.fixture
async def serve() -> AsyncIterator[Servers]:
    servers = Servers()
    yield servers
    for server in servers.running:
        server.close()


@pytest.fixture
async def runner(ca_file: str) -> AsyncIterator[Runner]:
    made = make_runner(ca_file=ca_file, user_agent="integration-health/test", now=lambda: datetime.now(UTC), proxies=False)
    yield made
    await made.close()


@pytest.fixture
def check(runner: Runner) -> Callable[..., Awaitable[Finding]]:
    """Runs one check of a kind, on private targets unless the test says otherwise."""

    async def run(kind: str, params: dict[str, Any], **job: Any) -> Finding:
        return await runner.run(Job(kinds()[kind].probe(params), **{"timeout_s": 5.0, "private_targets": True, **job}))

    return run


@dataclass
class Seen:
    """What a server was asked, by its own clock."""

    requests: list[str] = field(default_factory=list)
    accepted_at: list[float] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    answered_at: list[float] = field(default_factory=list)


def answering(*answers: bytes, seen: Seen | None = None) -> Handler:
    """Answers each request with the next of `answers`, the last one for ever, on kept connections."""
    notes = seen if seen is not None else Seen()
    left = list(answers)

    async def handle(reader: Reader, writer: Writer) -> None:
        notes.accepted_at.append(time.monotonic())
        while True:
            notes.requests.append(await read_request(reader))
            notes.asked_at.append(time.monotonic())
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            notes.answered_at.append(time.monotonic())
            await writer.drain()

    return handle


async def read_request(reader: Reader) -> str:
    """Head and body of one request as text."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = [line.partition(":")[2] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    return head + (await reader.readexactly(int(lengths[0]))).decode() if lengths else head


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """One HTTP answer; underscores in header names stand for hyphens."""
    lines = [
        f"HTTP/1.1 {status} Words",
        f"content-length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
