"""What is due is asked, retried within the vendor's budget, and planned again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import cast

from checks.runner import Finding, Job, Runner
from checks.vantage import Vantage
from core.health import Cause, Outcome
from core.plan import CheckPlan, IntegrationPlan, Plan
from scheduler.canary import Canaries, CanaryAnswer
from scheduler.clock import Clock
from scheduler.prober import Heard, Prober
from scheduler.work import Works

MINUTE = 60_000


class Vendor:
    """Stands where the runner stands: the prober alone is tested here, the runner has its own tests over real sockets."""

    def __init__(self, *causes: Cause | None) -> None:
        self.causes = list(causes)
        self.asked = 0

    async def run(self, job: Job) -> Finding:
        self.asked += 1
        cause = self.causes.pop(0) if self.causes else None
        return Finding(Outcome(cause), total_us=1_000, waited_ms=7)


async def nothing(_: Vantage) -> Outcome:
    return Outcome()


def made(
    vendor: Vendor, checks: Iterable[CheckPlan], *, canaries: bool = True, budget: int = 0
) -> tuple[Prober, list[Heard], asyncio.Event]:
    heard: list[Heard] = []
    came = asyncio.Event()

    def release(one: Heard) -> None:
        heard.append(one)
        came.set()

    async def ask(host: str) -> CanaryAnswer:
        return CanaryAnswer(host, canaries, 1_000)

    clock = Clock()
    runner = cast("Runner", vendor)
    prober = Prober(runner, Canaries(("one.example", "two.example"), ask, clock.now_ms, every_s=0.0), clock, release)
    plans = {check.id: check for check in checks}
    integrations = {
        check.integration: IntegrationPlan(
            check.integration, f"v{check.integration}", "V", f"v{check.integration}", "V", "other", checks=(check,)
        )
        for check in plans.values()
    }
    works = Works(
        jobs={ident: Job(nothing, 1.0, provider=f"v{plan.integration}") for ident, plan in plans.items()},
        names={ident: f"v{plan.integration}/{plan.slug}" for ident, plan in plans.items()},
        budgets={f"v{plan.integration}": budget for plan in plans.values()} if budget else {},
    )
    prober.adopt(Plan(integrations, plans), works, ran=())
    return prober, heard, came


def check(ident: int = 1, *, interval_ms: int = 50) -> CheckPlan:
    return CheckPlan(ident, ident, "api", "API", "http", counts=True, interval_ms=interval_ms, retry_ms=min(interval_ms, 20_000))


async def running(prober: Prober, until: Callable[[], Awaitable[object]]) -> None:
    task = asyncio.create_task(prober.run())
    try:
        async with asyncio.timeout(10):
            await until()
    finally:
        prober.stop()
        await task


def test_a_check_is_asked_again_and_again_in_its_phase() -> None:
    async def scenario() -> None:
        prober, heard, came = made(Vendor(), [check()])

        async def five() -> None:
            while len(heard) < 5:
                came.clear()
                await came.wait()

        await running(prober, five)
        due = [one.result.at_ms for one in heard]
        assert {at % 50 for at in due[1:]} == {due[1] % 50}
        assert len(set(due)) == len(due)

    asyncio.run(scenario())


def test_a_word_about_an_older_run_that_comes_late_has_no_turn_asked_twice() -> None:
    async def scenario() -> None:
        prober, heard, came = made(Vendor(), [check()])

        async def twelve() -> None:
            while len(heard) < 12:
                came.clear()
                await came.wait()
                if len(heard) > 2:
                    prober.hasten(1, 50, heard[-3].result.at_ms)

        await running(prober, twelve)
        due = [one.result.at_ms for one in heard]
        assert len(set(due)) == len(due)

    asyncio.run(scenario())


def test_waiting_for_a_place_is_lateness_of_the_result() -> None:
    async def scenario() -> None:
        prober, heard, came = made(Vendor(), [check()])
        await running(prober, came.wait)
        assert heard[0].result.late_ms >= 7

    asyncio.run(scenario())


def test_a_network_failure_brings_its_canary_round() -> None:
    async def scenario() -> None:
        prober, heard, came = made(Vendor(Cause.CONNECT), [check(interval_ms=MINUTE)])
        prober.run_now(1, 1, request=5)
        await running(prober, came.wait)
        found = next(one for one in heard if one.result.cause is Cause.CONNECT)
        assert found.round is not None
        assert (found.round.answered, found.round.asked) == (2, 2)

    asyncio.run(scenario())


def test_when_no_canary_answers_the_other_providers_are_asked() -> None:
    async def scenario() -> None:
        vendor = Vendor(Cause.CONNECT, Cause.CONNECT, Cause.CONNECT, Cause.CONNECT)
        prober, heard, came = made(vendor, [check(1, interval_ms=MINUTE), check(2, interval_ms=MINUTE)], canaries=False)
        prober.run_now(1, 1, request=5)
        await running(prober, came.wait)
        found = heard[0].round
        assert found is not None
        assert found.answered == 0
        assert {provider for provider, _ in found.heard} == {"v1", "v2"}

    asyncio.run(scenario())


def test_retries_stay_within_the_fifth_of_the_budget_and_the_guarantee_is_suspended_after() -> None:
    async def scenario() -> None:
        prober, _, _ = made(Vendor(), [check(interval_ms=MINUTE)], budget=5)
        for number in range(3):
            prober.hasten(1, 20_000, number)
        assert prober.suspended == ()
        prober.hasten(1, 20_000, 4)
        assert prober.suspended == ("v1/api",)
        assert not prober.may_run(1)
        prober.hasten(1, MINUTE, 5)
        assert prober.suspended == ()

    asyncio.run(scenario())


def test_what_left_the_plan_is_asked_no_more() -> None:
    async def scenario() -> None:
        vendor = Vendor()
        prober, _, _ = made(vendor, [check()])
        prober.adopt(Plan(), Works(), ran=())
        assert prober.planned == 0
        assert not prober.run_now(1, 1, request=1)

    asyncio.run(scenario())
