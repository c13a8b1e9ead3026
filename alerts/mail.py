"""E-mail by smtplib in a thread: TLS unless the operator's address says otherwise, one thread of mails per incident."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from alerts import words
from alerts.channel import DeliveryError, Receipt, Ref
from alerts.message import Message
from alerts.plain import one_line, plain_text

TIMEOUT_S: Final = 10
SUBJECT_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server as SMTP_URL names it."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: str  # `tls` from the first byte, `starttls`, or `off`


def server_of(url: str) -> Server:
    """`smtp://[user:password@]host[:587]` with STARTTLS, `smtps://` with TLS, `?tls=off` without. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("SMTP_URL is smtp://host:587 or smtps://host:465, with user:password@ before the host where needed")
    off = parse_qs(parts.query).get("tls") == ["off"]
    encrypted = "tls" if parts.scheme == "smtps" else "off" if off else "starttls"
    port = parts.port or (465 if encrypted == "tls" else 587)
    user, password = (None if value is None else unquote(value) for value in (parts.username, parts.password))
    if user and encrypted == "off" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("SMTP_URL: a password is not sent to another machine without TLS")
    return Server(parts.hostname, port, user, password, encrypted)


class Mailer:
    """One list of receivers."""

    edits = False

    def __init__(self, server: Server, sender: str, to: Sequence[str], tls: ssl.SSLContext) -> None:
        self._server = server
        self._sender = sender
        self._to = tuple(to)
        self._tls = tls
        self._thread = ThreadPoolExecutor(1, "mail")  # its own: a mail server that hangs holds nobody else's thread

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        mail = self.compose(message)
        try:
            refused = await asyncio.get_running_loop().run_in_executor(self._thread, self._deliver, mail)
        except smtplib.SMTPException as error:
            raise _failed(error) from None
        except TimeoutError:
            raise DeliveryError("the mail server did not answer in time", doubtful=True) from None
        except OSError as error:
            raise DeliveryError(f"the mail server cannot be reached ({type(error).__name__})") from None
        some = f", {refused} of {len(self._to)} receivers refused" if refused else ""
        return Receipt(detail=f"handed to {self._server.host}{some}")

    def compose(self, message: Message) -> EmailMessage:
        """The mail; what came from outside can add neither a header nor a receiver."""
        domain = self._sender.rpartition("@")[2]
        mail = EmailMessage()
        mail["Subject"] = one_line(words.subject(message), SUBJECT_LIMIT)
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._to)
        mail["Date"] = format_datetime(datetime.fromtimestamp(message.at_ms / 1000, tz=UTC))
        mail["Message-ID"] = f"<{message.id}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.incident is not None:
            mail["References"] = f"<incident-{message.incident.id}-{message.incident.started_ms}@{domain}>"
        mail.set_content(plain_text(message))
        return mail

    def _deliver(self, mail: EmailMessage) -> int:
        """How many receivers the server refused, while it took the others."""
        server = self._server
        if server.encrypted == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=self._tls)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        with closing(client):
            if server.encrypted == "starttls":
                client.starttls(context=self._tls)
            if server.user:
                client.login(server.user, server.password or "")
            refused = client.send_message(mail, self._sender, self._to)
            with suppress(smtplib.SMTPException, OSError):
                client.quit()  # the mail is theirs by now: a rude farewell must not send it again
        return len(refused)


def _failed(error: smtplib.SMTPException) -> DeliveryError:
    """5xx stays refused; a broken-off conversation may have been heard. The server's own words stay out: they may quote us."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryError(f"the mail server refuses the user or password ({error.smtp_code})", permanent=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
        return DeliveryError(f"the mail server refuses every receiver ({min(codes)})", permanent=all(code >= 500 for code in codes))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return DeliveryError("the mail server offers no STARTTLS or no log-in", permanent=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return DeliveryError(f"the mail server answered {error.smtp_code}", permanent=error.smtp_code >= 500)
    return DeliveryError(f"the mail server broke off ({type(error).__name__})", doubtful=True)
