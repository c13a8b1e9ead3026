"""From alert rows to delivered messages, on a clock turned by hand and a Slack on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from alerts.channel import Channel, DeliveryError, Receipt, Ref
from alerts.message import Message
from core.ledger import AlertKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import incident, resolved
from tests.alerts.slack_server import SlackServer
from tests.alerts.world import Pager, World, drain

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(outbox: MemoryOutbox, clock: Clock) -> World:
    return World(outbox, clock)


async def test_an_opening_reaches_slack_and_is_marked(world: World, slack: SlackServer, ops: Channel) -> None:
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    await drain(world.dispatcher(ops=ops), world.clock, "ops")
    assert world.outbox.states() == {1: "delivered"}
    assert len(slack.in_channel) == 1


async def test_retries_come_after_5_s_30_s_2_min_10_min_30_min_then_hourly(world: World) -> None:
    pager = Pager(broken=True)
    dispatcher = world.dispatcher(pager=pager)
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    waits = []
    for _ in range(8):
        await dispatcher.step("pager")
        due = world.outbox.pending("pager")[0].due_ms
        waits.append((due - world.clock()) / 1000)
        world.clock.at_ms = max(due, world.outbox.health("pager").next_test_ms or 0)
    for waited, planned in zip(waits, (5, 30, 120, 600, 1800, 3600, 3600, 3600), strict=True):
        assert 0.8 * planned <= waited <= 1.2 * planned


async def test_after_a_day_an_alert_is_a_dead_letter(world: World) -> None:
    dispatcher = world.dispatcher(pager=Pager(broken=True))
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    await dispatcher.step("pager")
    world.clock.forward(86_400)
    await dispatcher.step("pager")
    assert world.outbox.states() == {1: "dead"}
    assert world.outbox.rows[1].error == "not delivered within 24 hours"


async def test_what_a_receiver_will_never_take_is_dead_at_once_and_told_elsewhere(world: World) -> None:
    pager, mail = Pager([DeliveryError("gone", permanent=True)]), Pager()
    dispatcher = world.dispatcher("mail", pager=pager, mail=mail)
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    await drain(dispatcher, world.clock, "pager", "mail")
    assert world.outbox.states() == {1: "dead", 2: "delivered"}
    assert mail.told[0].handed_from == "pager"


async def test_the_present_state_settles_everything_that_waited(world: World, slack: SlackServer, ops: Channel) -> None:
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    world.outbox.add("ops", AlertKind.UPDATED, at_ms=world.clock())
    world.outbox.add("ops", AlertKind.RESOLVED, at_ms=world.clock())
    world.incidents[1] = resolved(incident(id=1))
    world.clock.forward(3600)
    await drain(world.dispatcher(ops=ops), world.clock, "ops")
    assert set(world.outbox.states().values()) == {"delivered"}
    [posted] = slack.in_channel
    assert "Timeline" in str(posted["blocks"])


async def test_a_later_alert_never_overtakes_an_earlier_one_of_its_incident(world: World) -> None:
    pager = Pager([DeliveryError("busy")])
    dispatcher = world.dispatcher(pager=pager)
    world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock())
    await dispatcher.step("pager")
    world.outbox.add("pager", AlertKind.RESOLVED, at_ms=world.clock())
    await dispatcher.step("pager")
    assert pager.told == []
    world.clock.forward(7)
    await dispatcher.step("pager")
    assert [message.kinds for message in pager.told] == [{AlertKind.OPENED, AlertKind.RESOLVED}]


async def test_a_crash_between_the_send_and_its_mark_posts_no_second_message(world: World, slack: SlackServer, ops: Channel) -> None:
    class Crashing(MemoryOutbox):
        def delivered(self, *_: object, **__: object) -> None:
            raise KeyboardInterrupt

    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    crashing = replace_class(world.outbox, Crashing)
    with pytest.raises(KeyboardInterrupt):
        await World(crashing, world.clock).dispatcher(ops=ops).step("ops")
    assert len(slack.in_channel) == 1

    await drain(world.dispatcher(ops=ops), world.clock, "ops")
    assert world.outbox.states() == {1: "delivered"}
    assert len(slack.in_channel) == 1
    assert len(slack.in_threads) == 1


def replace_class(outbox: MemoryOutbox, kind: type[MemoryOutbox]) -> MemoryOutbox:
    """The same rows under another class: what a process that dies would have left on disk."""
    return kind(outbox.rows, outbox.refs, outbox.breakers, outbox.deliveries)


async def test_members_of_a_group_leave_the_word_to_it(world: World, slack: SlackServer, ops: Channel) -> None:
    dispatcher = world.dispatcher(ops=ops)
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock(), incident=1)
    await drain(dispatcher, world.clock, "ops")
    for number in (1, 2):
        world.incidents[number] = incident(id=number, group=9, group_name="12 integrations are failing")
    world.outbox.add("ops", AlertKind.UPDATED, at_ms=world.clock(), incident=1)
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock(), incident=2)
    await drain(dispatcher, world.clock, "ops")
    [edited] = slack.in_channel
    assert len(edited["blocks"]) == 1
    assert "12 integrations are failing" in edited["blocks"][0]["text"]["text"]
    assert set(world.outbox.states().values()) == {"delivered"}


async def test_no_reminder_goes_out_once_somebody_is_on_it(world: World) -> None:
    pager = Pager()
    world.incidents[1] = incident(id=1, acknowledged_ms=world.clock(), acknowledged_by="Ana")
    world.outbox.add("pager", AlertKind.REMINDER, at_ms=world.clock())
    await drain(world.dispatcher(pager=pager), world.clock, "pager")
    assert pager.told == []
    assert world.outbox.states() == {1: "delivered"}


async def test_a_channel_nobody_declares_any_more_hands_over_and_is_buried(world: World) -> None:
    mail = Pager()
    world.outbox.add("old", AlertKind.OPENED, at_ms=world.clock())
    await drain(world.dispatcher("mail", mail=mail), world.clock, "old", "mail")
    assert world.outbox.states() == {1: "dead", 2: "delivered"}


async def test_a_bug_in_a_channel_is_a_failed_delivery_like_any_other(world: World, caplog: pytest.LogCaptureFixture) -> None:
    class Buggy:
        edits = True

        async def send(self, message: Message, ref: Ref | None) -> Receipt:
            raise ZeroDivisionError

    world.outbox.add("odd", AlertKind.OPENED, at_ms=world.clock())
    await world.dispatcher(odd=Buggy()).step("odd")
    assert world.outbox.states() == {1: "pending"}
    assert "our own fault (ZeroDivisionError)" in world.outbox.rows[1].error


async def until(happens: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happens():
            await asyncio.sleep(0.01)


async def test_a_channel_that_hangs_delays_no_other(world: World) -> None:
    hanging = asyncio.Event()

    class Hanging:
        edits = True

        async def send(self, message: Message, ref: Ref | None) -> Receipt:
            hanging.set()
            await asyncio.Event().wait()
            raise AssertionError

    pager = Pager()
    dispatcher = world.dispatcher(slow=Hanging(), pager=pager)
    world.outbox.add("slow", AlertKind.OPENED, at_ms=world.clock())
    task = asyncio.create_task(dispatcher.run())
    for number in range(2, 5):
        world.incidents[number] = incident(id=number)
        world.outbox.add("pager", AlertKind.OPENED, at_ms=world.clock(), incident=number)
    dispatcher.wake()
    await until(lambda: len(pager.told) == 3)
    assert hanging.is_set()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_dead_channel_of_three_delays_neither_of_the_others(world: World, slack: SlackServer, ops: Channel) -> None:
    first, second = Pager(), Pager()
    dispatcher = world.dispatcher(ops=ops, first=first, second=second)
    slack.always = "silent"
    world.outbox.add("ops", AlertKind.OPENED, at_ms=world.clock())
    task = asyncio.create_task(dispatcher.run())
    await until(lambda: len(slack.calls) == 1)
    for number in range(2, 22):
        world.incidents[number] = incident(id=number)
        for name in ("ops", "first", "second"):
            world.outbox.add(name, AlertKind.OPENED, at_ms=world.clock(), incident=number)
    dispatcher.wake()
    await until(lambda: len(first.told) == len(second.told) == 20)
    assert len(slack.calls) == 1, "its first send is still out"
    assert world.outbox.states()[1] == "pending"
    task.cancel()


async def test_stopping_finishes_the_send_in_flight(world: World) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    class Slow:
        edits = True

        async def send(self, message: Message, ref: Ref | None) -> Receipt:
            begun.set()
            await go.wait()
            return Receipt()

    dispatcher = world.dispatcher(slow=Slow())
    world.outbox.add("slow", AlertKind.OPENED, at_ms=world.clock())
    running = asyncio.create_task(dispatcher.run())
    await begun.wait()
    dispatcher.stop()
    go.set()
    await asyncio.wait_for(running, 10)
    assert world.outbox.states() == {1: "delivered"}


def test_a_view_of_an_open_incident_is_open() -> None:
    assert incident().open
    assert not replace(incident(), closed_as="removed").open
