"""A mail server that takes everything and delivers nothing: enough of SMTP (RFC 5321) for smtplib."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from lab.sockets import HOST, bound

KEPT: Final = 200
PATIENCE_S: Final = 60.0
LINE: Final = 1 << 16
_SAID: Final = {
    "HELO": "250 lab",
    "EHLO": "250-lab\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10000000",
    "MAIL": "250 2.1.0 Ok",
    "RCPT": "250 2.1.5 Ok",
    "RSET": "250 2.0.0 Ok",
    "NOOP": "250 2.0.0 Ok",
    "DATA": "354 End data with <CR><LF>.<CR><LF>",
    "QUIT": "221 2.0.0 Bye",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail with its envelope."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


class MailSink:
    """`refuse` answers a verb with a reply of one's own, such as `{"RCPT": "550 5.1.1 no such user"}`."""

    def __init__(self) -> None:
        self.received: deque[Mail] = deque(maxlen=KEPT)
        self.refuse: dict[str, str] = {}
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}?tls=off"

    async def start(self, port: int = 0) -> None:
        try:
            raw = bound(port)
        except OSError:
            raw = bound(0)
        self.port = int(raw.getsockname()[1])
        self._server = await asyncio.start_server(self._talk, sock=raw, limit=LINE)

    async def stop(self) -> None:
        """Also for a lost network: `start(port)` opens it again."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            async with asyncio.timeout(PATIENCE_S):
                await self._session(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, to = "", list[str]()
        await _say(writer, "220 lab ESMTP")
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            verb = line[:4].upper()
            answer = self.refuse.get(verb) or _SAID.get(verb, "502 5.5.2 not implemented")
            await _say(writer, answer)
            taken = answer[:1] in "23"
            if verb == "QUIT":
                return
            if verb == "MAIL" and taken:
                sender, to = _address(line), []
            elif verb == "RCPT" and taken:
                to.append(_address(line))
            elif verb == "DATA" and taken:
                self._keep(sender, to, await reader.readuntil(b"\r\n.\r\n"))
                await _say(writer, "250 2.0.0 Ok: queued in the lab")

    def _keep(self, sender: str, to: list[str], raw: bytes) -> None:
        message = message_from_bytes(raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."), policy=policy.default)
        self.received.append(Mail(sender, tuple(to), message))


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
