"""A group's members burn their budgets fast: its message is edited where it can be, and said again where it cannot."""

from __future__ import annotations

import pytest

from alerts.channel import Channel
from alerts.message import IncidentView
from alerts.plain import payload, plain_text
from alerts.words import BUDGET_LINE, subject
from core.delivery import ChannelHealth
from core.ledger import AlertKind, EventRow, IncidentKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import NOON, incident, resolved
from tests.alerts.slack_server import SlackServer
from tests.alerts.world import Pager, World, drain

pytestmark = pytest.mark.anyio

BURNS = EventRow(1, NOON, BUDGET_LINE, "Error budgets burn fast", "PayPal 33x, Stripe 15x")


def group(*events: EventRow) -> IncidentView:
    """Somebody is on it: no reminder comes."""
    return incident(
        id=1,
        kind=IncidentKind.GROUP,
        name="The path to 6 vendors",
        members=("PayPal", "Stripe"),
        events=events,
        acknowledged_ms=NOON,
        acknowledged_by="Ana",
    )


@pytest.fixture
def world(outbox: MemoryOutbox, clock: Clock) -> World:
    return World(outbox, clock, {1: group()})


def burn(world: World, channel: str) -> None:
    world.incidents[1] = group(BURNS)
    world.outbox.add(channel, AlertKind.FAST_BURN, at_ms=world.clock())


async def test_a_channel_that_does_not_edit_says_once_which_members_of_an_acknowledged_group_burn(world: World) -> None:
    pager = Pager()
    dispatcher = world.dispatcher(pager=pager)
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager")
    burn(world, "pager")
    world.outbox.add("pager", AlertKind.UPDATED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager")
    world.outbox.add("pager", AlertKind.UPDATED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager")
    _, said = pager.told
    assert subject(said).startswith("Budgets burn fast: The path to 6 vendors, someone is on it")
    assert "Budgets burning fast: PayPal 33x, Stripe 15x" in plain_text(said)
    assert "nobody is on it" not in plain_text(said)
    assert payload(said)["type"] == "incident.updated"
    assert payload(said)["data"]["budgets_burning_fast"] == "PayPal 33x, Stripe 15x"


async def test_a_bot_edits_its_message_and_adds_one_line_to_its_thread(world: World, slack: SlackServer, ops: Channel) -> None:
    dispatcher = world.dispatcher(ops=ops)
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "ops")
    burn(world, "ops")
    await drain(dispatcher, world.clock, "ops")
    (posted,) = slack.in_channel
    assert "PayPal 33x, Stripe 15x" in str(posted["blocks"])
    (line,) = slack.in_threads
    assert "Error budgets burn fast: PayPal 33x, Stripe 15x" in str(line)


async def test_a_bot_that_takes_nothing_hands_the_burn_to_the_fallback(world: World, slack: SlackServer, ops: Channel) -> None:
    mail = Pager()
    dispatcher = world.dispatcher("mail", ops=ops, mail=mail)
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "ops", "mail")
    assert mail.told == []
    world.outbox.save_health(ChannelHealth("ops", opened_ms=world.clock(), next_test_ms=world.clock() + 30_000), at_ms=world.clock())
    burn(world, "ops")
    await drain(dispatcher, world.clock, "ops", "mail")
    (said,) = mail.told
    assert said.handed_from == "ops"
    assert "Budgets burning fast: PayPal 33x, Stripe 15x" in plain_text(said)

    world.incidents[1] = resolved(group(BURNS))
    world.outbox.add("ops", AlertKind.RESOLVED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "ops", "mail")
    assert "Budgets that burnt fast: PayPal 33x, Stripe 15x" in plain_text(mail.told[-1])
    assert len(mail.told) == 2


async def test_a_burn_that_comes_behind_the_end_is_not_said_after_it(world: World) -> None:
    pager = Pager()
    world.incidents[1] = resolved(group(BURNS))
    for kind in (AlertKind.RESOLVED, AlertKind.FAST_BURN):
        world.outbox.add("pager", kind, at_ms=world.clock())
        await drain(world.dispatcher(pager=pager), world.clock, "pager")
    assert len(pager.told) == 1
    assert set(world.outbox.states().values()) == {"delivered"}
