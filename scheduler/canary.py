"""Canary rounds: is our own network there? Asked of unrelated hosts after a failure that could be ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

ROUND_TIMEOUT_S = 3.0
EVERY_S = 1.0  # at most one round begins a second
OVERLAP = 4


@dataclass(frozen=True, slots=True)
class CanaryAnswer:
    """What one canary said: any HTTP answer at all means that our network carried it."""

    host: str
    answered: bool
    took_us: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class CanaryRound:
    """One question to every canary at once."""

    begun_ms: int
    ended_ms: int
    answers: tuple[CanaryAnswer, ...]

    @property
    def answered(self) -> int:
        return sum(answer.answered for answer in self.answers)


Ask = Callable[[str], Awaitable[CanaryAnswer]]


class Canaries:
    """Shares rounds among failures: each takes the first round begun after it, so it waits at most about 4 s."""

    def __init__(self, hosts: Sequence[str], ask: Ask, now_ms: Callable[[], int], *, every_s: float = EVERY_S) -> None:
        self.hosts = tuple(hosts)
        self._ask = ask
        self._now_ms = now_ms
        self._every_s = every_s
        self._next: asyncio.Task[CanaryRound] | None = None
        self._begun_at = float("-inf")
        self._overlap = asyncio.Semaphore(OVERLAP)
        self.last: CanaryRound | None = None

    async def round_after_now(self) -> CanaryRound:
        """The first round that begins after this call."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._run())
        return await asyncio.shield(self._next)

    async def _run(self) -> CanaryRound:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._begun_at + self._every_s - loop.time()))
        async with self._overlap:
            self._begun_at = loop.time()
            self._next = None  # whoever fails from here on takes a later round
            begun_ms = self._now_ms()
            answers = await asyncio.gather(*map(self._bounded, self.hosts))
        self.last = CanaryRound(begun_ms, self._now_ms(), tuple(answers))
        return self.last

    async def _bounded(self, host: str) -> CanaryAnswer:
        try:
            return await asyncio.wait_for(self._ask(host), ROUND_TIMEOUT_S)
        except TimeoutError:
            return CanaryAnswer(host, answered=False, took_us=int(ROUND_TIMEOUT_S * 1e6), words="no answer in 3 s")
