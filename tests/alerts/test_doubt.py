"""What may have arrived although nobody heard so: it is noted as doubtful, and looked for before it is said again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from alerts.catalogue import open_channel
from alerts.channel import Channel, Clients, DeliveryError, Receipt, Ref
from alerts.dispatch import Dispatcher
from alerts.message import Message
from core.ledger import AlertKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import incident, message
from tests.alerts.slack_server import SlackServer

pytestmark = pytest.mark.anyio
SECRET = "a plain secret of ours"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Failing:
    """A channel that fails with what it is given."""

    error: Exception
    edits: bool = False

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        raise self.error


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (TimeoutError(), True),
        (RuntimeError("a bug of ours"), True),
        (DeliveryError("the line went dead", doubtful=True), True),
        (DeliveryError("refused"), False),
    ],
)
async def test_a_send_whose_end_nobody_saw_is_doubtful(outbox: MemoryOutbox, clock: Clock, error: Exception, doubtful: bool) -> None:
    outbox.add("pager", AlertKind.OPENED, at_ms=clock())
    channels: dict[str, Channel] = {"pager": Failing(error)}
    await Dispatcher(outbox=outbox, channels=channels, fallback=None, look={1: incident(id=1)}.get, now_ms=clock).step("pager")
    assert (outbox.states(), outbox.rows[1].alert.doubtful) == ({1: "pending"}, doubtful)


@asynccontextmanager
async def served(talk: Talk) -> AsyncIterator[int]:
    """The port of somebody who talks like this."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def failed(channel: Channel, told: Message) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(told, None)
    return caught.value


async def test_a_receiver_that_hangs_up_may_have_read_what_it_was_sent(clients: Clients) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with served(hang_up) as port:
        own = {"url": f"http://127.0.0.1:{port}/", "secret": "env:S", "private_targets": True}
        assert (await failed(open_channel("webhook", own, clients, lambda _: SECRET), message())).doubtful


async def test_nobody_who_listens_has_read_nothing(clients: Clients) -> None:
    own = {"url": "http://127.0.0.1:9/", "secret": "env:S", "private_targets": True}
    assert not (await failed(open_channel("webhook", own, clients, lambda _: SECRET), message())).doubtful


async def test_a_mail_server_that_hangs_up_may_have_taken_the_mail(clients: Clients) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while not (line := await reader.readline()).upper().startswith(b"DATA"):
            writer.write(b"250 fine\r\n" if line else b"")
        writer.write(b"354 go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.close()

    async with served(hang_up) as port:
        own = {"to": ["a@example.com"], "from": "health@example.com"}
        channel = open_channel("smtp", own, replace(clients, smtp_url=f"smtp://127.0.0.1:{port}?tls=off"), lambda _: "")
        assert (await failed(channel, message())).doubtful


@pytest.mark.parametrize(
    ("answer", "doubtful"),
    [("503", True), ("500", True), ("internal_error", True), ("fatal_error", True), ("429", False), ("is_archived", False)],
)
async def test_slack_may_have_posted_what_it_stumbled_over(slack: SlackServer, ops: Channel, answer: str, doubtful: bool) -> None:
    slack.behave(answer)
    assert (await failed(ops, message())).doubtful is doubtful


@pytest.mark.parametrize(("answer", "doubtful"), [("503", True), ("429", False), ("no_service", False)])
async def test_slack_may_have_posted_what_its_webhook_stumbled_over(
    slack: SlackServer, clients: Clients, answer: str, doubtful: bool
) -> None:
    slack.behave(answer)
    assert (await failed(open_channel("slack_webhook", {"url": "env:H"}, clients, lambda _: slack.hook), message())).doubtful is doubtful


async def test_what_could_not_be_looked_for_stays_doubtful(slack: SlackServer, ops: Channel, clients: Clients) -> None:
    slack.behave("429")
    assert (await failed(ops, message(doubtful=True))).doubtful
    own = {"token": "env:T", "channel": "#ops"}
    away = open_channel("slack", own, replace(clients, slack_base_url="http://127.0.0.1:9/"), lambda _: slack.token)
    assert (await failed(away, message(doubtful=True))).doubtful
    assert slack.in_channel == []
