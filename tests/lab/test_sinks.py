"""The fallback channels' receivers: signed webhooks are checked, mails are kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import smtplib
import time
from contextlib import suppress
from email.message import EmailMessage

import httpx
import pytest

from lab.world import Lab

pytestmark = pytest.mark.anyio

BODY = b'{"type":"incident.opened"}'


def headers(secret: str, *, at_s: float, id_: str = "msg_1", body: bytes = BODY) -> dict[str, str]:
    stamp = str(int(at_s))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA v1," + base64.b64encode(digest).decode()}


async def test_a_signed_webhook_is_taken(lab: Lab, client: httpx.AsyncClient) -> None:
    answer = await client.post(lab.hook_url, content=BODY, headers=headers(lab.hook.secret, at_s=time.time()))
    (received,) = lab.hook.received
    assert answer.status_code == 200
    assert (received.id, received.body, received.fault) == ("msg_1", {"type": "incident.opened"}, None)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"webhook-id": "msg_2"}, "does not match"),
        ({"webhook-signature": "v1,AAAA"}, "does not match"),
        ({"webhook-signature": "v2,AAAA"}, "does not match"),
        ({"webhook-timestamp": "1"}, "too old"),
        ({"webhook-timestamp": "yesterday"}, "webhook-timestamp"),
        ({"webhook-id": ""}, "webhook-id"),
    ],
)
async def test_a_wrongly_signed_webhook_is_refused_and_kept(
    lab: Lab, client: httpx.AsyncClient, change: dict[str, str], fault: str
) -> None:
    right = headers(lab.hook.secret, at_s=time.time())
    answer = await client.post(lab.hook_url, content=BODY, headers={**right, **change})
    assert answer.status_code == 401
    assert fault in str(lab.hook.received[0].fault)


async def test_a_changed_body_is_refused(lab: Lab, client: httpx.AsyncClient) -> None:
    answer = await client.post(lab.hook_url, content=BODY + b" ", headers=headers(lab.hook.secret, at_s=time.time()))
    assert answer.status_code == 401


async def test_the_receiver_fails_as_planned(lab: Lab, client: httpx.AsyncClient) -> None:
    lab.hook.behave(500, 410)
    signed = headers(lab.hook.secret, at_s=time.time())
    statuses = [(await client.post(lab.hook_url, content=BODY, headers=signed)).status_code for _ in range(3)]
    assert statuses == [500, 410, 200]
    assert (await client.get(lab.hook_url)).status_code == 405


def mail(text: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Stripe fällt aus", "health@shop.example", "ops@shop.example"
    message.set_content(text)
    return message


def deliver(lab: Lab, message: EmailMessage, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", lab.mail.port, timeout=5) as server:
        return server.send_message(message, "health@shop.example", list(to))


async def test_a_mail_is_kept_with_its_envelope(lab: Lab) -> None:
    text = "Eine Zeile\n.mit Punkt\nund ümläut\n"
    await asyncio.to_thread(deliver, lab, mail(text), "ops@shop.example", "boss@shop.example")
    (received,) = lab.mail.received
    assert (received.sender, received.to) == ("health@shop.example", ("ops@shop.example", "boss@shop.example"))
    assert (received.message["Subject"], received.text) == ("Stripe fällt aus", text)


async def test_a_receiver_is_refused_as_told(lab: Lab) -> None:
    lab.mail.refuse["RCPT"] = "550 5.1.1 no such user"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await asyncio.to_thread(deliver, lab, mail("x"), "ops@shop.example")
    assert not lab.mail.received


async def test_nonsense_does_not_disturb_the_mail_server(lab: Lab) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", lab.mail.port)
    writer.write(b"\xff\xfe\r\n" + b"A" * 200_000)
    writer.write_eof()
    async with asyncio.timeout(5):
        assert (await reader.readline()).startswith(b"220")
        with suppress(ConnectionResetError):  # what it did not read makes the end a reset
            await reader.read()
    writer.close()
    await asyncio.to_thread(deliver, lab, mail("x"), "ops@shop.example")
    assert len(lab.mail.received) == 1
