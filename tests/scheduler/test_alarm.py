"""A sleep ends when its time is over or when somebody rings, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scheduler.alarm import Alarm

LONG_S = 3_600.0
CLOCK_S = 0.001  # a timer may be early by what the loop's clock does not tell apart


def with_an_alarm(act: Callable[[Alarm], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(act(Alarm()), 10)

    asyncio.run(bounded())


def test_a_sleep_ends_by_itself_and_not_before_its_time() -> None:
    async def act(alarm: Alarm) -> None:
        began = asyncio.get_running_loop().time()
        await alarm.sleep(0.05)
        assert asyncio.get_running_loop().time() - began >= 0.05 - CLOCK_S

    with_an_alarm(act)


def test_a_ring_ends_a_sleep() -> None:
    async def act(alarm: Alarm) -> None:
        asyncio.get_running_loop().call_later(0.01, alarm.ring)
        await alarm.sleep(LONG_S)

    with_an_alarm(act)


def test_a_ring_before_the_sleep_is_not_lost() -> None:
    async def act(alarm: Alarm) -> None:
        alarm.ring()
        await alarm.sleep(LONG_S)
        await alarm.sleep(LONG_S)

    with_an_alarm(act)


def test_a_ring_that_was_cleared_wakes_nobody() -> None:
    async def act(alarm: Alarm) -> None:
        alarm.ring()
        alarm.clear()
        sleeping = asyncio.ensure_future(alarm.sleep(LONG_S))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not sleeping.done()
        alarm.ring()
        await sleeping

    with_an_alarm(act)


def test_whoever_stops_sleeping_early_leaves_the_alarm_usable() -> None:
    async def act(alarm: Alarm) -> None:
        sleeping = asyncio.ensure_future(alarm.sleep(LONG_S))
        await asyncio.sleep(0)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        alarm.ring()
        await alarm.sleep(LONG_S)

    with_an_alarm(act)
