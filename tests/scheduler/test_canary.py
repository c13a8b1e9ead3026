"""Failures share canary rounds, and each is judged by a round begun after it."""

from __future__ import annotations

import asyncio
import time

from scheduler.canary import Canaries, CanaryAnswer


class Hosts:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, host: str) -> CanaryAnswer:
        self.asked.append(host)
        await self.gate.wait()
        return CanaryAnswer(host, answered=host != "dead.example", took_us=1)


def now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


def test_failures_of_one_moment_share_a_round() -> None:
    async def scenario() -> None:
        hosts = Hosts()
        canaries = Canaries(("one.example", "two.example"), hosts.ask, now_ms, every_s=0.05)
        rounds = await asyncio.gather(*(canaries.round_after_now() for _ in range(50)))
        assert len({id(each) for each in rounds}) == 1
        assert sorted(hosts.asked) == ["one.example", "two.example"]
        assert rounds[0].answered == 2

    asyncio.run(scenario())


def test_a_failure_during_a_round_takes_the_next_one() -> None:
    async def scenario() -> None:
        hosts = Hosts()
        hosts.gate.clear()
        canaries = Canaries(("one.example",), hosts.ask, now_ms, every_s=0.05)
        first = asyncio.create_task(canaries.round_after_now())
        while not hosts.asked:
            await asyncio.sleep(0)
        failed_ms = now_ms()
        second = asyncio.create_task(canaries.round_after_now())
        hosts.gate.set()
        before, after = await asyncio.gather(first, second)
        assert before is not after
        assert before.begun_ms <= failed_ms <= after.begun_ms
        assert len(hosts.asked) == 2

    asyncio.run(scenario())


def test_a_dead_canary_is_counted_and_does_not_hide_the_others() -> None:
    async def scenario() -> None:
        canaries = Canaries(("dead.example", "two.example"), Hosts().ask, now_ms, every_s=0.0)
        assert (await canaries.round_after_now()).answered == 1

    asyncio.run(scenario())
