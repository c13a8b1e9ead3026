"""Asks what is due: runs checks off the due queue, and lets network failures wait for the canaries before they are judged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from checks.runner import Finding, Job, Runner
from core.health import NETWORK_CAUSES, Cause, ProbeResult
from core.plan import LOCAL, CheckPlan, Plan
from core.voices import Round
from scheduler.canary import Canaries, CanaryRound
from scheduler.clock import Clock
from scheduler.queue import DueQueue, first_ms, next_regular_ms, phase_ms
from scheduler.work import Works

OTHERS = 20  # providers asked beside a silent canary round
OTHERS_TIMEOUT_S = 15.0
IDLE_S = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """A result that may be judged, with the canary round that was waited for (network failures only)."""

    result: ProbeResult
    round: Round | None = None
    request: int | None = None  # the manual run that asked for it


@dataclass(slots=True)
class Pace:
    """How the prober keeps up; the system page and /metrics show it."""

    in_flight: int = 0
    late_ms: list[int] = field(default_factory=list)  # of the newest runs, waiting for a slot left out
    runs: int = 0

    def note(self, late_ms: int) -> None:
        self.runs += 1
        self.late_ms.append(late_ms)
        if len(self.late_ms) > 2_000:
            del self.late_ms[:1_000]


class Prober:
    """One task per run. A check stands in the queue or is in flight, never both."""

    def __init__(self, runner: Runner, canaries: Canaries, clock: Clock, release: Callable[[Heard], None]) -> None:
        self._runner = runner
        self._canaries = canaries
        self._clock = clock
        self._release = release
        self._queue: DueQueue[int] = DueQueue()
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._manual: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._others: tuple[CanaryRound, asyncio.Task[tuple[tuple[str, Cause | None], ...]]] | None = None
        self._plan = Plan()
        self._works = Works()
        self.pace = Pace()

    def adopt(self, plan: Plan, works: Works, ran: Iterable[int]) -> None:
        """Take over a new plan: what is new is planned, what is gone is dropped, what kept its interval keeps its turn."""
        before, known = self._plan, set(ran)
        self._plan, self._works = plan, works
        self._queue.drop(check for check in before.checks if check not in works.jobs)
        for ident in works.jobs:
            check, old = plan.checks[ident], before.checks.get(ident)
            waits = ident in self._queue or ident in self._flying
            if (not waits or old is None or old.interval_ms != check.interval_ms) and ident not in self._flying:
                due = first_ms(self._clock.now_ms(), works.names[ident], check.interval_ms, ever_ran=ident in known)
                self._queue.plan(ident, due)
        self._wake.set()

    def hasten(self, check: int, gap_ms: int, after_ms: int) -> None:
        """The judge's word: run again `gap_ms` after the attempt that was due at `after_ms`, unless it is running already."""
        plan = self._plan.checks.get(check)
        if plan is None or check not in self._works.jobs or check in self._flying:
            return
        self._queue.plan(check, after_ms + gap_ms if gap_ms != plan.interval_ms else self._regular(plan, after_ms))
        self._wake.set()

    def run_now(self, check: int, at_ms: int, request: int) -> bool:
        """A manual run beside the schedule; False where there is nothing to ask."""
        job = self._works.jobs.get(check)
        if job is None:
            return False
        task = asyncio.get_running_loop().create_task(self._fly(check, job, at_ms, request=request))
        self._manual.add(task)
        task.add_done_callback(self._manual.discard)
        return True

    async def run(self) -> None:
        """Until `stop`; then what is in flight ends within its deadline."""
        while not self._stopping:
            self._wake.clear()
            now_ms = self._clock.now_ms()
            for check, due_ms in self._queue.take_due(now_ms):
                self._start(check, due_ms)
            wake_ms = self._queue.wake_ms(now_ms)
            await _either(self._wake, IDLE_S if wake_ms is None else min(wake_ms / 1000, IDLE_S))
        await asyncio.gather(*self._flying.values(), *self._manual, return_exceptions=True)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    @property
    def planned(self) -> int:
        return len(self._queue)

    def _start(self, check: int, due_ms: int) -> None:
        job = self._works.jobs.get(check)
        if job is None:
            return
        due_ms = self._not_long_ago(check, due_ms)
        self._flying[check] = asyncio.get_running_loop().create_task(self._fly(check, job, due_ms))

    def _not_long_ago(self, check: int, due_ms: int) -> int:
        """After a sleep of the machine the missed turns are not made up: the attempt counts as due at the newest of them."""
        plan = self._plan.checks[check]
        behind = self._clock.now_ms() - due_ms
        return due_ms + behind // plan.interval_ms * plan.interval_ms

    async def _fly(self, check: int, job: Job, due_ms: int, *, request: int | None = None) -> None:
        begun_ms = self._clock.now_ms()
        self.pace.in_flight += 1
        try:
            finding = await self._runner.run(job)
            result = result_of(check, due_ms, begun_ms, finding, manual=request is not None)
            if request is None:
                self.pace.note(max(0, begun_ms - due_ms))
            self._release(Heard(result, await self._round(result), request))
        except Exception:
            log.exception("a run of %s was lost", self._works.names.get(check, check))
        finally:
            self.pace.in_flight -= 1
            if request is None:
                self._flying.pop(check, None)
            if request is None and check in self._works.jobs and check not in self._queue:
                self._queue.plan(check, self._regular(self._plan.checks[check], max(due_ms, self._clock.now_ms() - 1)))
                self._wake.set()

    def _regular(self, plan: CheckPlan, after_ms: int) -> int:
        name = self._works.names[plan.id]
        return next_regular_ms(after_ms, plan.interval_ms, phase_ms(name, plan.interval_ms))

    async def _round(self, result: ProbeResult) -> Round | None:
        """The canary round that a network failure is judged by, with what the other providers say when it was silent."""
        if result.cause not in NETWORK_CAUSES:
            return None
        asked = await self._canaries.round_after_now()
        heard = await self._ask_others(asked) if asked.answered == 0 else ()
        return round_of(asked, heard)

    async def _ask_others(self, silent: CanaryRound) -> tuple[tuple[str, Cause | None], ...]:
        """One check of up to twenty providers, once for each silent round."""
        if self._others is None or self._others[0] is not silent:
            self._others = (silent, asyncio.get_running_loop().create_task(self._others_say()))
        return await asyncio.shield(self._others[1])

    async def _others_say(self) -> tuple[tuple[str, Cause | None], ...]:
        chosen = dict(list(one_of_each(self._plan, self._works.jobs).items())[:OTHERS])
        tasks = {provider: asyncio.create_task(self._runner.run(job)) for provider, job in chosen.items()}
        if tasks:
            await asyncio.wait(tasks.values(), timeout=OTHERS_TIMEOUT_S)
        heard = [(provider, _cause(task)) for provider, task in tasks.items() if task.done() and not task.cancelled()]
        for task in tasks.values():
            task.cancel()
        return tuple(heard)


def result_of(check: int, due_ms: int, begun_ms: int, finding: Finding, *, manual: bool = False) -> ProbeResult:
    """A finding with its when and where."""
    return ProbeResult(
        check=check,
        location=LOCAL,
        at_ms=due_ms,
        late_ms=max(0, begun_ms + finding.waited_ms - due_ms),
        cause=finding.outcome.cause,
        total_us=finding.total_us,
        fit=finding.fit,
        manual=manual,
        phases=finding.phases,
        outcome=finding.outcome,
        evidence=finding.evidence,
    )


def round_of(asked: CanaryRound, heard: tuple[tuple[str, Cause | None], ...] = ()) -> Round:
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


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Until the event or the time, whichever comes first."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
