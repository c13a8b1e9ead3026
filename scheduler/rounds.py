"""What a network failure waits for: a canary round begun after it and, where no canary answered, a question to the other providers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from checks.runner import Finding, Job, Runner
from core.health import NETWORK_CAUSES, Cause, ProbeResult
from core.plan import Plan
from core.voices import Round
from scheduler.canary import Canaries, CanaryRound

OTHERS = 20  # providers asked beside a silent round
OTHERS_TIMEOUT_S = 15.0

Said = tuple[tuple[str, Cause | None], ...]  # provider and its newest cause


class Rounds:
    """The providers are asked once for each silent round, however many failures wait for it."""

    def __init__(self, canaries: Canaries, runner: Runner) -> None:
        self._canaries = canaries
        self._runner = runner
        self._others: tuple[CanaryRound, asyncio.Task[Said]] | None = None

    async def heard_by(self, result: ProbeResult, plan: Plan, jobs: Mapping[int, Job]) -> Round | None:
        """The round this result is judged by; None for whatever is no network failure."""
        if result.cause not in NETWORK_CAUSES:
            return None
        asked = await self._canaries.round_after_now()
        return round_of(asked, await self._ask_others(asked, plan, jobs) if asked.answered == 0 else ())

    async def _ask_others(self, silent: CanaryRound, plan: Plan, jobs: Mapping[int, Job]) -> Said:
        if self._others is None or self._others[0] is not silent:
            self._others = (silent, asyncio.get_running_loop().create_task(self._say(one_of_each(plan, jobs))))
        return await asyncio.shield(self._others[1])

    async def _say(self, chosen: Mapping[str, Job]) -> Said:
        tasks = {provider: asyncio.create_task(self._runner.run(job)) for provider, job in list(chosen.items())[:OTHERS]}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=OTHERS_TIMEOUT_S)
        heard = tuple((provider, _cause(task)) for provider, task in tasks.items() if task.done() and not task.cancelled())
        for task in tasks.values():
            task.cancel()
        return heard


def round_of(asked: CanaryRound, heard: Said = ()) -> Round:
    """A canary round in the judge's words."""
    words = ", ".join(f"{each.host} {each.took_us // 1000} ms" if each.answered else f"{each.host} silent" for each in asked.answers)
    return Round(asked.begun_ms, asked.answered, len(asked.answers), words, heard)


def one_of_each(plan: Plan, jobs: Mapping[int, Job]) -> dict[str, Job]:
    """One counting check of every provider, by provider."""
    chosen: dict[str, Job] = {}
    for integration in plan.integrations.values():
        for check in integration.checks:
            if check.counts and check.id in jobs:
                chosen.setdefault(integration.provider, jobs[check.id])
    return chosen


def _cause(task: asyncio.Task[Finding]) -> Cause | None:
    return task.result().outcome.cause if not task.exception() else Cause.INTERNAL
