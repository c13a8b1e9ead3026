"""The product's own channels meet the lab's receivers: what is sent is taken, edited in place, threaded, signed, mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from alerts.catalogue import open_channel
from alerts.channel import Channel, Clients, DeliveryError
from core.ledger import AlertKind
from lab.demo_config import Demo, demo
from lab.slack.front import DROPPED
from lab.world import Lab
from tests.alerts.samples import incident, message, resolved

pytestmark = pytest.mark.anyio


def now_ms() -> int:
    """Of the test, not of its import: a receiver refuses what was signed long ago."""
    return int(datetime.now(UTC).timestamp() * 1000)


@pytest.fixture
def written(lab: Lab) -> Demo:
    return demo(lab, now=datetime.now(UTC))


@pytest.fixture
async def clients(lab: Lab, written: Demo, client: httpx.AsyncClient) -> Clients:
    env = written.env
    return Clients(http=client, slack_base_url=env["SLACK_BASE_URL"], smtp_url=env["SMTP_URL"], ca_file=env["EXTRA_CA_FILE"])


def channel(kind: str, written: Demo, clients: Clients, **own: object) -> Channel:
    return open_channel(kind, own, clients, lambda reference: written.env[reference.removeprefix("env:")])


def ops(written: Demo, clients: Clients) -> Channel:
    return channel("slack", written, clients, token="env:LAB_SLACK_TOKEN", channel="#ops")


async def test_an_incident_is_one_message_edited_in_place_with_its_timeline_below(lab: Lab, written: Demo, clients: Clients) -> None:
    slack = ops(written, clients)
    opened = await slack.send(message(at_ms=now_ms()), None)
    await slack.send(message(resolved(incident()), AlertKind.RESOLVED, at_ms=now_ms()), opened.ref)
    (root,) = lab.slack.workspace.roots
    assert len(root.versions) == 1
    assert lab.slack.workspace.thread(root.ts)


async def test_the_page_shows_what_was_sent(lab: Lab, written: Demo, clients: Clients) -> None:
    await ops(written, clients).send(message(at_ms=now_ms()), None)
    page = (await clients.http.get(lab.slack_url)).text
    for piece in ("PayPal is down", "Checkout, Refunds", "SERVICE_UNAVAILABLE", "https://health.example.com/incident?id=214"):
        assert piece in page


async def test_a_message_whose_answer_was_lost_is_found_again(lab: Lab, written: Demo, clients: Clients) -> None:
    lab.slack.behave(DROPPED)
    slack = ops(written, clients)
    sent = message(at_ms=now_ms())
    with pytest.raises(DeliveryError) as lost:
        await slack.send(sent, None)
    assert lost.value.doubtful
    await slack.send(replace(sent, doubtful=True), None)
    assert len(lab.slack.workspace.roots) == 1


async def test_slacks_refusals_reach_the_product(lab: Lab, written: Demo, clients: Clients) -> None:
    slack = ops(written, clients)
    lab.slack.behave("429")
    with pytest.raises(DeliveryError) as limited:
        await slack.send(message(at_ms=now_ms()), None)
    lab.slack.behave("channel_not_found")
    with pytest.raises(DeliveryError) as gone:
        await slack.send(message(at_ms=now_ms()), None)
    assert (limited.value.retry_after_s, gone.value.permanent) == (30, True)


async def test_the_incoming_webhook_the_signed_webhook_and_the_mail_arrive(lab: Lab, written: Demo, clients: Clients) -> None:
    sent = message(at_ms=now_ms())
    await channel("slack_webhook", written, clients, url="env:LAB_SLACK_WEBHOOK").send(sent, None)
    await channel("webhook", written, clients, url=lab.hook_url, secret="env:LAB_HOOK_SECRET", private_targets=True).send(sent, None)
    await channel("smtp", written, clients, **{"to": ["ops@shop.example"], "from": "health@shop.example"}).send(sent, None)
    assert [each.via for each in lab.slack.workspace.roots] == ["webhook"]
    assert [received.fault for received in lab.hook.received] == [None]
    assert "PayPal" in lab.mail.received[0].message["Subject"]
