"""One run of one check: the clock, the guard and the redaction around a probe. Whatever happens, a Finding comes of it."""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

import httpx

from checks.afterwards import Course, redacted, secrets_of, with_time
from checks.authorities import trusted
from checks.deadline import Deadline
from checks.evidence import evidence_of
from checks.faults import cause_of, sentence_of
from checks.job import Finding, Job
from checks.lag import LoopLag
from checks.lookups import Lookups
from checks.slots import MOST_PER_ORIGIN, Slots
from checks.sockets import GuardedSockets
from checks.transport import Asking, CurlTransport, client_over, guarded_client
from checks.vantage import Vantage
from checks.wire import Wire
from core.address import SERVICE_PORTS, AddressPolicy
from core.health import Cause, Outcome, Phases
from core.redact import Redactor

__all__ = ["Finding", "Job", "Runner", "make_runner"]

_LAST_CAUSE: Final = "last_cause"
_ASKING: Final[ContextVar[Asking | None]] = ContextVar("asking", default=None)  # the run this task is in
_log = logging.getLogger(__name__)


class Runner:
    """Runs jobs, as many at once as it is given. Made by `make_runner`, closed once."""

    redactor: ClassVar[type[Redactor]] = Redactor  # a program that proves what redaction is for sets another one

    def __init__(self, wire: Wire, *, user_agent: str, now: Callable[[], datetime]) -> None:
        self.wire = wire
        self.calls: Counter[str] = Counter()  # requests sent, by provider
        self._user_agent = user_agent
        self._now = now
        self._lag = LoopLag()
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}

    async def run(self, job: Job) -> Finding:
        """Never raises, except when it is cancelled from outside."""
        course = Course(Deadline(job.timeout_s))
        if job.missing_secrets:
            outcome = Outcome(Cause.CONFIG, detail=f"Not asked: no value for {', '.join(job.missing_secrets)}.")
            return Finding(outcome, 0, started_monotonic=course.deadline.begun)
        outcome = with_time(await self._outcome(job, course), course, job)
        self.calls[job.provider] += len(course.exchanges)
        return self._finding(job, course, outcome)

    def client(self, *, private_targets: bool = False, https_only: bool = False, timeout_s: float = 10.0) -> httpx.AsyncClient:
        """A guarded client for what is no probe: channels, canaries."""
        return guarded_client(
            self.wire, user_agent=self._user_agent, private_targets=private_targets, https_only=https_only, timeout_s=timeout_s
        )

    async def close(self) -> None:
        """Ends what is under way, and the transfer thread."""
        await self.wire.close()

    async def _outcome(self, job: Job, course: Course) -> Outcome:
        try:
            async with course.deadline:
                return await self._ask(job, course)
        except Exception as error:
            return self._failure(job, course, error)

    def _failure(self, job: Job, course: Course, error: Exception) -> Outcome:
        cause = cause_of(error)
        if cause is not None:
            return Outcome(cause, detail=sentence_of(error, course.deadline.elapsed_us()))
        words = self.redactor(secrets_of(job, course.exchanges))("".join(traceback.format_exception(error))).text
        _log.error("a probe failed by a bug of ours\n%s", words)
        return Outcome(Cause.INTERNAL, detail=f"A bug of ours: {type(error).__name__}.")

    async def _ask(self, job: Job, course: Course) -> Outcome:
        sockets = GuardedSockets(self.wire, AddressPolicy(job.private_targets, frozenset({"tcp"}), SERVICE_PORTS), course.deadline)
        with self._watched(course, sockets):
            began = _ASKING.set(Asking(course.deadline, course.exchanges.append))
            try:
                return await job.probe(self._vantage(job, course, sockets))
            finally:
                _ASKING.reset(began)
                await sockets.close()

    def _vantage(self, job: Job, course: Course, sockets: GuardedSockets) -> Vantage:
        return Vantage(
            client=self._client(job.private_targets, job.reuse),
            sockets=sockets,
            location=job.location,
            timeout_s=job.timeout_s,
            now=self._now,
            secrets=job.secrets,
            settings=job.settings,
            keep=job.keep,
            ca_file=self.wire.ca_file,
            note_phases=course.note_phases,
        )

    def _client(self, private: bool, reuse: bool) -> httpx.AsyncClient:
        """Making a client takes longer than sending a request with it, so runs share one; it keeps nothing of them."""
        if (private, reuse) not in self._clients:
            transport = CurlTransport(self.wire, AddressPolicy(private), reuse=reuse, asking=_ASKING.get)
            self._clients[private, reuse] = client_over(transport, self._user_agent)
        return self._clients[private, reuse]

    @contextmanager
    def _watched(self, course: Course, sockets: GuardedSockets) -> Iterator[None]:
        """Keeps an eye on the event loop for probes that read their sockets in it; libcurl's transfers keep their own time."""
        begun = self._lag.watch()
        try:
            yield
        finally:
            if sockets.used:
                course.loop_lag_s = self._lag.worst_since(begun)
                course.own_phases = replace(course.own_phases or Phases(), dns_us=sockets.lookup_us or None)
            self._lag.leave()

    def _finding(self, job: Job, course: Course, outcome: Outcome) -> Finding:
        redact = self.redactor(secrets_of(job, course.exchanges))
        changed = job.keep.get(_LAST_CAUSE, "") != outcome.cause
        job.keep[_LAST_CAUSE] = outcome.cause
        return Finding(
            outcome=redacted(outcome, redact),
            total_us=course.total_us,
            phases=course.phases,
            evidence=evidence_of(course.exchanges, redact, outcome.detail) if outcome.cause or changed else None,
            lag_us=course.lag_us,
            waited_ms=round(course.deadline.waited_s * 1000),
            fit=course.fit,
            started_monotonic=course.deadline.begun,
        )


def make_runner(
    *,
    ca_file: str | None,
    user_agent: str,
    now: Callable[[], datetime],
    proxies: bool,
    max_per_origin: int = MOST_PER_ORIGIN,
    lookups: Lookups | None = None,
) -> Runner:
    """Starts the transfer thread; to be called inside the event loop that runs the jobs. `ca_file`: authorities beside the usual ones."""
    wire = Wire(ca_file=trusted(ca_file), proxies=proxies, slots=Slots(max_per_origin), lookups=lookups or Lookups())
    return Runner(wire, user_agent=user_agent, now=now)
