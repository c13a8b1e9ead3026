"""What opens the breaker of a channel and what does not, and what its closing lets go."""

from __future__ import annotations

import pytest

from alerts.channel import DeliveryError
from alerts.dispatch import Dispatcher
from core.ledger import AlertKind
from tests.alerts.conftest import Clock
from tests.alerts.memory import MemoryOutbox
from tests.alerts.samples import incident
from tests.alerts.world import Pager, drain

pytestmark = pytest.mark.anyio


def dispatcher(outbox: MemoryOutbox, clock: Clock, pager: Pager) -> Dispatcher:
    return Dispatcher(outbox=outbox, channels={"pager": pager}, fallback=None, look=lambda number: incident(id=number), now_ms=clock)


async def test_a_channel_that_asks_for_patience_is_not_broken(outbox: MemoryOutbox, clock: Clock) -> None:
    pager = Pager([DeliveryError("slower", throttled=True, retry_after_s=1) for _ in range(3)])
    for number in (1, 2, 3):
        outbox.add("pager", AlertKind.OPENED, at_ms=clock(), incident=number)
        await drain(dispatcher(outbox, clock, pager), clock, "pager")
        clock.forward(1)
    assert not pager.faults
    assert outbox.health("pager").opened_ms is None


async def test_a_channel_that_is_back_is_told_at_once_what_was_put_off_for_long(outbox: MemoryOutbox, clock: Clock) -> None:
    pager = Pager(broken=True)
    outbox.add("pager", AlertKind.OPENED, at_ms=clock())
    for _ in range(40):
        await drain(dispatcher(outbox, clock, pager), clock, "pager")
        clock.forward(30)
    assert outbox.rows[1].alert.due_ms > clock() + 600_000

    pager.broken = False
    outbox.add("pager", AlertKind.OPENED, at_ms=clock(), incident=2)
    await drain(dispatcher(outbox, clock, pager), clock, "pager")
    assert outbox.states() == {1: "delivered", 2: "delivered"}
