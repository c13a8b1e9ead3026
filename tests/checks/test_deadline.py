"""One deadline over everything a run does, which our own waiting does not use up."""

from __future__ import annotations

import asyncio
import time

import pytest

from checks.deadline import GRACE_S, Deadline
from checks.slots import Slots

pytestmark = pytest.mark.anyio


async def test_what_goes_on_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        async with Deadline(0.05):
            await asyncio.Event().wait()


async def test_it_stands_still_while_we_wait() -> None:
    async with Deadline(0.05) as deadline:
        with deadline.standing_still(), pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)
        assert deadline.at > time.monotonic()
    assert deadline.waited_s >= 0.1
    assert deadline.elapsed_us() < 100_000


async def test_who_watches_it_himself_gets_a_moment_longer() -> None:
    async with Deadline(0.05) as deadline:
        with deadline.kept_inside(), pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)
        assert GRACE_S > 0.1


async def test_the_moment_longer_is_over_with_it() -> None:
    async def run() -> None:
        async with Deadline(0.05) as deadline:
            with deadline.kept_inside():
                await asyncio.sleep(0)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await run()


async def test_places_are_given_in_turn_and_given_back_by_whoever_fails() -> None:
    slots, order = Slots(1), []
    gate = asyncio.Event()

    async def hold(name: str) -> None:
        async with slots.hold("https://a", Deadline(5)):
            order.append(name)
            await gate.wait()
            raise ConnectionError(name)

    tasks = [asyncio.ensure_future(hold(name)) for name in "abc"]
    async with slots.hold("https://b", Deadline(5)):
        await asyncio.sleep(0)
    assert order == ["a"]
    gate.set()
    failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert (order, len(failed)) == (["a", "b", "c"], 3)


async def test_who_gives_up_waiting_takes_no_place_along() -> None:
    slots = Slots(1)
    async with slots.hold("https://a", Deadline(5)):
        waiting = asyncio.ensure_future(slots.hold("https://a", Deadline(5)).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    async with asyncio.timeout(1), slots.hold("https://a", Deadline(5)):
        assert waiting.cancelled()


async def test_a_watcher_that_did_not_watch_is_our_own_delay() -> None:
    deadline = Deadline(0.05)

    async def run() -> None:
        async with deadline:
            with deadline.kept_inside():
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await run()
    assert deadline.overrun_s >= GRACE_S
