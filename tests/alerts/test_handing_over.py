"""Who is told instead while a channel is in trouble, and what it hears when it is back."""

from __future__ import annotations

import pytest

from alerts.channel import Channel, DeliveryError
from core.ledger import AlertKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import MINUTE, incident, resolved
from tests.alerts.slack_server import SlackServer
from tests.alerts.world import Pager, World, drain

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(outbox: MemoryOutbox, clock: Clock) -> World:
    return World(outbox, clock)


async def test_three_failures_within_two_minutes_hand_openings_to_the_fallback(world: World) -> None:
    pager, mail = Pager(broken=True), Pager()
    dispatcher = world.dispatcher("mail", pager=pager, mail=mail)
    began = world.clock()
    world.outbox.add("pager", AlertKind.OPENED, at_ms=began)
    while not mail.told:
        await drain(dispatcher, world.clock, "pager", "mail")
        world.clock.forward(1)
        assert world.clock() - began < 2 * MINUTE
    assert world.outbox.health("pager").opened_ms is not None

    world.incidents[2] = incident(id=2, name="Stripe")
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock(), incident=2)
    await drain(dispatcher, world.clock, "pager", "mail")
    assert [message.incident.name for message in mail.told if message.incident] == ["PayPal", "Stripe"]


async def test_an_open_channel_is_tested_by_one_message_at_a_time(world: World) -> None:
    pager = Pager(broken=True)
    dispatcher = world.dispatcher(pager=pager)
    for number in range(1, 11):
        world.incidents[number] = incident(id=number)
        world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock(), incident=number)
    await drain(dispatcher, world.clock, "pager")
    tried = len(world.outbox.deliveries)
    assert tried == 3
    world.clock.forward(30)
    await drain(dispatcher, world.clock, "pager")
    assert len(world.outbox.deliveries) == tried + 1


async def test_a_channel_that_returns_gets_each_incidents_present_state_once(world: World, slack: SlackServer, ops: Channel) -> None:
    dispatcher = world.dispatcher(ops=ops)
    for number in (1, 2):
        world.incidents[number] = incident(id=number, name=f"Vendor {number}")
        world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock(), incident=number)
    slack.behave("500", "500", "500")
    await drain(dispatcher, world.clock, "ops")
    world.clock.forward(7)
    await drain(dispatcher, world.clock, "ops")
    assert world.outbox.health("ops").opened_ms is not None
    world.outbox.add("ops", AlertKind.UPDATED, at_ms=world.clock(), incident=2)

    world.clock.forward(45)
    await drain(dispatcher, world.clock, "ops")
    assert set(world.outbox.states().values()) == {"delivered"}
    assert len(slack.in_channel) == 2
    assert world.outbox.health("ops").opened_ms is None


async def test_a_retry_after_is_obeyed_and_the_fallback_told_meanwhile(world: World, slack: SlackServer, ops: Channel) -> None:
    mail = Pager()
    dispatcher = world.dispatcher("mail", ops=Pager([DeliveryError("limited", retry_after_s=600, throttled=True)]), mail=mail)
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "ops", "mail")
    world.clock.forward(599)
    await drain(dispatcher, world.clock, "ops", "mail")
    assert world.outbox.states() == {1: "pending", 2: "delivered"}
    world.clock.forward(2)
    await drain(dispatcher, world.clock, "ops", "mail")
    assert world.outbox.states() == {1: "delivered", 2: "delivered"}
    assert world.outbox.health("ops").opened_ms is None


async def test_who_was_told_of_the_opening_is_told_of_the_end(world: World) -> None:
    pager, mail = Pager([DeliveryError("gone", permanent=True)]), Pager()
    dispatcher = world.dispatcher("mail", pager=pager, mail=mail)
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager", "mail")
    world.incidents[1] = resolved(incident(id=1))
    world.outbox.add("pager", AlertKind.RESOLVED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager", "mail")
    assert [AlertKind.RESOLVED in message.kinds for message in mail.told] == [False, True]
    assert [AlertKind.RESOLVED in message.kinds for message in pager.told] == [True]
