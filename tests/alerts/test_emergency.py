"""What cannot be recorded is said straight away, past the outbox."""

from __future__ import annotations

import pytest

from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.world import Pager, World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(outbox: MemoryOutbox, clock: Clock) -> World:
    return World(outbox, clock)


async def test_what_cannot_be_recorded_is_said_straight_away_once_an_hour(world: World) -> None:
    pager, mail = Pager(), Pager()
    dispatcher = world.dispatcher("mail", pager=pager, mail=mail)
    assert await dispatcher.emergency("The disk is full.")
    assert not await dispatcher.emergency("The disk is full.")
    world.clock.forward(3600)
    assert await dispatcher.emergency("The disk is full.")
    assert len(mail.told) == 2
    assert pager.told == []


async def test_an_emergency_that_nobody_took_is_said_again_after_a_minute(world: World) -> None:
    pager = Pager(broken=True)
    dispatcher = world.dispatcher(pager=pager)
    assert not await dispatcher.emergency("The disk is full.")
    pager.broken = False
    assert not await dispatcher.emergency("The disk is full.")
    world.clock.forward(60)
    assert await dispatcher.emergency("The disk is full.")


async def test_an_emergency_goes_round_a_fallback_that_fails(world: World) -> None:
    pager = Pager()
    assert await world.dispatcher("mail", pager=pager, mail=Pager(broken=True)).emergency("The disk is full.")
    assert len(pager.told) == 1
