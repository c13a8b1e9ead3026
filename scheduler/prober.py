"""Asks what is due: runs checks off the due queue, and lets network failures wait for the canaries before they are judged."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from checks.budget import Spare
from checks.runner import Finding, Job, Runner
from core.health import ProbeResult
from core.plan import LOCAL, CheckPlan, Plan
from core.voices import Round
from scheduler.alarm import Alarm
from scheduler.canary import Canaries
from scheduler.clock import Clock
from scheduler.pace import Pace
from scheduler.queue import DueQueue, first_ms, next_regular_ms, phase_ms
from scheduler.rounds import Rounds
from scheduler.work import Works

IDLE_S = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """A result that may be judged, with the canary round that was waited for (network failures only)."""

    result: ProbeResult
    round: Round | None = None
    request: int | None = None  # the manual run that asked for it


class Prober:
    """One task per run. A check stands in the queue or is in flight, never both."""

    def __init__(self, runner: Runner, canaries: Canaries, clock: Clock, release: Callable[[Heard], None]) -> None:
        self._runner = runner
        self._rounds = Rounds(canaries, runner)
        self._clock = clock
        self._release = release
        self._queue: DueQueue[int] = DueQueue()
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._begun: dict[int, int] = {}  # check -> when its newest run was due
        self._manual: set[asyncio.Task[None]] = set()
        self._alarm = Alarm()
        self._sleeps_until_ms = 0
        self._stopping = False
        self._plan = Plan()
        self._works = Works()
        self._spare = Spare({}, time.monotonic)
        self._suspended: set[int] = set()
        self.pace = Pace()

    def adopt(self, plan: Plan, works: Works, ran: Iterable[int]) -> None:
        """Take over a new plan: what is new is planned, what is gone is dropped, what kept its interval keeps its turn."""
        before, known = self._plan, set(ran)
        if works.budgets != self._works.budgets:
            self._spare = Spare(works.budgets, time.monotonic)
        self._plan, self._works = plan, works
        self._suspended &= set(works.jobs)
        self._begun = {check: due_ms for check, due_ms in self._begun.items() if check in works.jobs}
        self._queue.drop(check for check in before.checks if check not in works.jobs)
        for ident in works.jobs:
            check, old = plan.checks[ident], before.checks.get(ident)
            waits = ident in self._queue or ident in self._flying
            if (not waits or old is None or old.interval_ms != check.interval_ms) and ident not in self._flying:
                due = first_ms(self._clock.now_ms(), works.names[ident], check.interval_ms, ever_ran=ident in known)
                self._queue.plan(ident, due)
        self._alarm.ring()

    def hasten_all(self, gaps: Iterable[tuple[int, int, int]]) -> None:
        """The judge's word of many: each as `hasten` takes it."""
        for check, gap_ms, after_ms in gaps:
            self.hasten(check, gap_ms, after_ms)

    def hasten(self, check: int, gap_ms: int, after_ms: int) -> None:
        """The judge's word: run again `gap_ms` after the attempt that was due at `after_ms`, unless a newer one runs or has run already.

        A word that comes late, after a slow commit or a step of the clock, would have the newer turn asked twice.
        """
        plan = self._plan.checks.get(check)
        if plan is None or check not in self._works.jobs or check in self._flying or after_ms < self._begun.get(check, after_ms):
            return
        due_ms = after_ms + gap_ms
        if gap_ms >= plan.interval_ms:
            self._suspended.discard(check)
            due_ms = self._regular(plan, after_ms) if gap_ms == plan.interval_ms else due_ms
        elif not self._may_retry(check):
            due_ms = self._regular(plan, due_ms - 1)
        self._plan_turn(check, due_ms)

    def _plan_turn(self, check: int, due_ms: int) -> None:
        """Most turns are a minute away and disturb nobody's sleep."""
        self._queue.plan(check, due_ms)
        if due_ms < self._sleeps_until_ms:
            self._alarm.ring()

    def _may_retry(self, check: int) -> bool:
        """Out of the fifth of the vendor's budget that is kept for it; when that is used up, a failing check is asked at its interval."""
        able = self._spare.take(self._works.jobs[check].provider, self._works.calls.get(check, 1))
        (self._suspended.discard if able else self._suspended.add)(check)
        return able

    @property
    def suspended(self) -> tuple[str, ...]:
        """Checks whose detection guarantee does not hold now, because the vendor's budget for retries is used up."""
        return tuple(sorted(self._works.names[check] for check in self._suspended))

    def may_run(self, check: int) -> bool:
        """Whether a manual run can begin: there is something to ask, and the vendor's budget allows it. From any thread."""
        job = self._works.jobs.get(check)
        return job is not None and self._spare.left(job.provider) >= self._works.calls.get(check, 1)

    def run_now(self, check: int, at_ms: int, request: int) -> bool:
        """A manual run beside the schedule; False where there is nothing to ask."""
        job = self._works.jobs.get(check)
        if job is None:
            return False
        self._spare.take(job.provider, self._works.calls.get(check, 1))
        task = asyncio.get_running_loop().create_task(self._fly(check, job, at_ms, request=request))
        self._manual.add(task)
        task.add_done_callback(self._manual.discard)
        return True

    async def run(self) -> None:
        """Until `stop`; then what is in flight ends within its deadline."""
        while not self._stopping:
            self._alarm.clear()
            now_ms = self._clock.now_ms()
            for check, due_ms in self._queue.take_due(now_ms):
                self._start(check, due_ms, now_ms)
            wake_ms = self._queue.wake_ms(now_ms)
            sleep_s = IDLE_S if wake_ms is None else min(wake_ms / 1000, IDLE_S)
            self._sleeps_until_ms = now_ms + round(sleep_s * 1000)
            await self._alarm.sleep(sleep_s)
        await asyncio.gather(*self._flying.values(), *self._manual, return_exceptions=True)

    def stop(self) -> None:
        self._stopping = True
        self._alarm.ring()

    @property
    def planned(self) -> int:
        return len(self._queue)

    def behind(self) -> tuple[int, int]:
        """How many checks are due and not begun, and for how long the oldest (ms). From any thread."""
        return self._queue.behind(self._clock.now_ms())

    def _start(self, check: int, due_ms: int, now_ms: int) -> None:
        job = self._works.jobs.get(check)
        if job is None:
            return
        due_ms = self._begun[check] = self._not_long_ago(check, due_ms, now_ms)
        self._flying[check] = asyncio.get_running_loop().create_task(self._fly(check, job, due_ms))

    def _not_long_ago(self, check: int, due_ms: int, now_ms: int) -> int:
        """After a sleep of the machine the missed turns are not made up: the attempt counts as due at the newest of them."""
        plan = self._plan.checks[check]
        return due_ms + (now_ms - due_ms) // plan.interval_ms * plan.interval_ms

    async def _fly(self, check: int, job: Job, due_ms: int, *, request: int | None = None) -> None:
        begun_ms = self._clock.now_ms()
        self.pace.in_flight += 1
        try:
            finding = await self._runner.run(job)
            result = result_of(check, due_ms, begun_ms, finding, manual=request is not None)
            if request is None:
                self.pace.note(begun_ms, max(0, begun_ms - due_ms))
            self._release(Heard(result, await self._rounds.heard_by(result, self._plan, self._works.jobs), request))
        except Exception:
            log.exception("a run of %s was lost", self._works.names.get(check, check))
        finally:
            self.pace.in_flight -= 1
            if request is None:
                self._flying.pop(check, None)
            if request is None and check in self._works.jobs and check not in self._queue:
                self._plan_turn(check, self._regular(self._plan.checks[check], max(due_ms, self._clock.now_ms() - 1)))

    def _regular(self, plan: CheckPlan, after_ms: int) -> int:
        name = self._works.names[plan.id]
        return next_regular_ms(after_ms, plan.interval_ms, phase_ms(name, plan.interval_ms))


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
