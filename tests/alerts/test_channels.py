"""Every channel but the Slack bot, over real sockets; and what a declared channel is refused for."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web
from pydantic import ValidationError

from alerts.catalogue import channel_kinds, open_channel
from alerts.channel import Clients, DeliveryError, Nowhere, retry_after
from alerts.channels.slack_webhook import check_address
from alerts.mail import Mailer, server_of
from alerts.signed_post import standard_secret
from core.ledger import AlertKind
from core.signature import verify_standard
from tests.alerts.samples import NOON, incident, message, resolved
from tests.alerts.slack_server import SlackServer

pytestmark = pytest.mark.anyio
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Receiver:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()

    async def take(request: web.Request) -> web.Response:
        made.got.append((dict(request.headers), await request.read()))
        return web.Response(status=made.status, headers=made.headers)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


def test_channels_are_found_in_their_folder() -> None:
    assert set(channel_kinds()) == {"slack", "slack_webhook", "smtp", "webhook"}


async def test_a_webhook_is_signed_as_the_specification_has_it(receiver: Receiver, clients: Clients) -> None:
    hook = open_channel("webhook", {"url": receiver.url, "secret": "env:S", "private_targets": True}, clients, lambda _: SECRET)
    await hook.send(message(), None)
    [(headers, body)] = receiver.got
    assert headers["webhook-id"] == "alert_7"
    sent, signed = headers["webhook-timestamp"], headers["webhook-signature"]
    assert verify_standard(SECRET, "alert_7", sent, body, signed, now_s=int(sent))
    told = json.loads(body)
    assert told["type"] == "incident.opened"
    assert told["data"]["party"] == "theirs"
    assert told["data"]["started_at"] == "2026-11-26T12:00:00.000Z"


def test_a_secret_of_any_form_signs_and_a_short_or_broken_one_is_refused() -> None:
    assert standard_secret(SECRET) == SECRET
    assert standard_secret("a plain secret of ours").startswith("whsec_")
    for wrong in ("short", "whsec_!!!!!!!!!!!!!!!!"):
        with pytest.raises(ValueError, match="secret") as refused:
            standard_secret(wrong)
        assert wrong not in str(refused.value)


@pytest.mark.parametrize(("status", "permanent"), [(410, True), (400, True), (500, False), (404, False), (429, False), (302, False)])
async def test_a_webhooks_answer_decides_whether_it_is_tried_again(
    receiver: Receiver, clients: Clients, status: int, permanent: bool
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": "120", "Location": "http://127.0.0.1:9/"}
    hook = open_channel("webhook", {"url": receiver.url, "secret": "env:S", "private_targets": True}, clients, lambda _: SECRET)
    with pytest.raises(DeliveryError, match=str(status)) as failed:
        await hook.send(message(), None)
    assert failed.value.permanent is permanent
    assert failed.value.retry_after_s == 120


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("120", 120),
        ("0", 0),
        ("86400", 3_600),  # every hour is what is promised
        ("9" * 19, 3_600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3_600),
        ("-5", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("Fri, 99 Dec 99999 99:99:99 +9999999999", None),
        ("", None),
    ],
)
async def test_a_receiver_is_left_alone_for_as_long_as_it_says_and_an_hour_at_most(
    receiver: Receiver, clients: Clients, said: str, wait_s: float | None
) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": said}
    hook = open_channel("webhook", {"url": receiver.url, "secret": "env:S", "private_targets": True}, clients, lambda _: SECRET)
    with pytest.raises(DeliveryError) as failed:
        await hook.send(message(), None)
    assert failed.value.retry_after_s == wait_s


def test_a_date_to_come_back_at_is_read_as_one() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    for said in ("Tue, 24 Nov 2026 12:02:00 GMT", "Tue, 24 Nov 2026 13:02:00 +0100", "Tue, 24 Nov 2026 12:02:00 -0000"):
        assert retry_after(said, now) == 120


async def test_a_webhook_whose_address_is_a_secret_does_not_tell_it(clients: Clients) -> None:
    values = {"env:U": "http://127.0.0.1:9/hook?key=hunter2", "env:S": SECRET}
    hook = open_channel("webhook", {"url": "env:U", "secret": "env:S", "private_targets": True}, clients, values.__getitem__)
    with pytest.raises(DeliveryError, match="cannot be reached") as failed:
        await hook.send(message(), None)
    assert "hunter2" not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/x", "http needs private_targets"),
        ("https://10.0.0.7/x", "10.0.0.7 is not a public address; private_targets would allow it"),
        ("https://hooks.example.com:22/x", "port 22"),
        ("https://[::1/x", "no address"),
    ],
)
async def test_an_address_that_our_guard_would_refuse_is_refused_before_the_first_alert(clients: Clients, url: str, words: str) -> None:
    """In the file, and where it comes from the environment: then no alert tries it for a day."""
    with pytest.raises(ValidationError, match=re.escape(words)):
        channel_kinds()["webhook"].config.model_validate({"url": url, "secret": "env:S"})
    values = {"env:U": url, "env:S": SECRET}
    with pytest.raises(DeliveryError, match=re.escape(words)) as refused:
        await open_channel("webhook", {"url": "env:U", "secret": "env:S"}, clients, values.__getitem__).send(message(), None)
    assert refused.value.permanent


async def test_an_incoming_webhook_posts_each_state_by_itself(slack: SlackServer, clients: Clients) -> None:
    hook = open_channel("slack_webhook", {"url": "env:H"}, clients, lambda _: slack.hook)
    await hook.send(message(), None)
    await hook.send(message(resolved(incident()), AlertKind.RESOLVED), {"told": "open"})
    assert [post["blocks"][0]["text"]["text"] for post in slack.in_channel] == ["🔴 PayPal is down", "✅ PayPal is up again, 38 min"]


@pytest.mark.parametrize(("answer", "permanent"), [("no_service", True), ("channel_is_archived", True), ("429", False), ("503", False)])
async def test_an_incoming_webhooks_errors_are_told_apart(slack: SlackServer, clients: Clients, answer: str, permanent: bool) -> None:
    hook = open_channel("slack_webhook", {"url": "env:H"}, clients, lambda _: slack.hook)
    slack.behave(answer)
    with pytest.raises(DeliveryError) as failed:
        await hook.send(message(), None)
    assert failed.value.permanent is permanent


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/services/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com:8443/x",
        "https://a@hooks.slack.com/x",
        "https://169.254.169.254/latest",
    ],
)
def test_a_slack_webhook_is_on_slacks_host_and_no_other(url: str) -> None:
    with pytest.raises(ValueError, match=r"hooks\.slack\.com"):
        check_address(url, None)


def test_the_operators_own_slack_is_allowed() -> None:
    check_address("https://hooks.slack.com/services/x", None)
    check_address("http://127.0.0.1:4010/services/x", "http://127.0.0.1:4010/api/")


@pytest.mark.parametrize(
    ("kind", "own", "says"),
    [
        ("slack", {"token": "xoxb-in-the-file", "channel": "#ops"}, "not declared as its kind needs it"),
        ("pigeon", {}, "no kind of channel is called pigeon"),
        ("webhook", {"url": "https://e.example/", "secret": "env:MISSING"}, "cannot be used"),
        ("smtp", {"to": ["a@example.com"], "from": "b@example.com"}, "e-mail needs SMTP_URL"),
    ],
)
async def test_a_channel_that_cannot_be_says_why_at_every_delivery(clients: Clients, kind: str, own: dict[str, object], says: str) -> None:
    made = open_channel(kind, own, clients, {}.__getitem__)
    assert isinstance(made, Nowhere)
    with pytest.raises(DeliveryError, match=says) as failed:
        await made.send(message(), None)
    assert failed.value.permanent
    assert "xoxb" not in str(failed.value)


@dataclass
class MailServer:
    """The few words of SMTP that a client needs; `answers` replaces what it says to a command."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    port: int = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        while line := (await reader.readline()).decode().strip():
            word = line.split()[0].upper()
            if word == "DATA" and "DATA" not in self.answers:
                writer.write(b"354 go on\r\n")
                self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(f"{self.answers.get(word, '250 fine')}\r\n".encode())
            if word == "QUIT":
                break
        writer.close()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    made = MailServer()
    server = await asyncio.start_server(made.talk, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def mailer(clients: Clients, server: MailServer) -> Mailer:
    own = {"to": ["a@example.com", "b@example.com"], "from": "health@example.com"}
    made = open_channel("smtp", own, replace(clients, smtp_url=f"smtp://127.0.0.1:{server.port}?tls=off"), {}.__getitem__)
    assert isinstance(made, Mailer)
    return made


async def test_a_mail_says_what_failed_and_why(mail_server: MailServer, clients: Clients) -> None:
    receipt = await mailer(clients, mail_server).send(message(), None)
    [mail] = mail_server.mails
    assert "Subject: PayPal is down. Theirs, likely. Checkout, Refunds. INC-214" in mail
    assert "Message-ID: <alert_7@example.com>" in mail
    assert "Incident: https://health.example.com/incident?id=3D214" in mail
    assert receipt.detail == "handed to 127.0.0.1"


async def test_hostile_words_add_no_header_and_no_receiver(mail_server: MailServer, clients: Clients) -> None:
    evil = "PayPal\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<x@example.com>"
    await mailer(clients, mail_server).send(message(incident(name=evil, what=evil, evidence=f"{evil}\r\n.\r\nQUIT")), None)
    [mail] = mail_server.mails
    head = mail.split("\r\n\r\n")[0]
    assert not any(line.lower().startswith("bcc:") for line in head.split("\r\n"))
    assert head.count("\r\nTo:") == 1


@pytest.mark.parametrize(
    ("word", "answer", "permanent"),
    [("MAIL", "550 no", True), ("RCPT", "550 no", True), ("RCPT", "450 later", False), ("DATA", "451 later", False)],
)
async def test_a_mail_servers_refusals_are_told_apart(
    mail_server: MailServer, clients: Clients, word: str, answer: str, permanent: bool
) -> None:
    mail_server.answers[word] = answer
    with pytest.raises(DeliveryError) as failed:
        await mailer(clients, mail_server).send(message(), None)
    assert failed.value.permanent is permanent


async def test_mail_without_tls_is_not_sent_by_accident(mail_server: MailServer, clients: Clients) -> None:
    plain = replace(clients, smtp_url=f"smtp://127.0.0.1:{mail_server.port}")
    channel = open_channel("smtp", {"to": ["a@example.com"], "from": "b@example.com"}, plain, {}.__getitem__)
    with pytest.raises(DeliveryError, match="no STARTTLS"):
        await channel.send(message(at_ms=NOON), None)
    assert mail_server.mails == []


def test_a_password_crosses_no_network_in_clear() -> None:
    assert server_of("smtp://user:p%40ss@mail.example.com").password == "p@ss"
    with pytest.raises(ValueError, match="without TLS"):
        server_of("smtp://user:pw@mail.example.com?tls=off")


async def test_a_client_that_follows_redirects_is_told_not_to(receiver: Receiver, clients: Clients) -> None:
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as eager:
        hook = open_channel(
            "webhook", {"url": receiver.url, "secret": "env:S", "private_targets": True}, replace(clients, http=eager), lambda _: SECRET
        )
        with pytest.raises(DeliveryError, match="307"):
            await hook.send(message(), None)
    assert len(receiver.got) == 1
