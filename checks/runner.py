"""One run of one check: the clock, the guard and the redaction around a probe. Whatever happens, a Finding comes of it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import httpx

from checks.deadline import Deadline
from checks.evidence import evidence_of
from checks.exchange import Exchange, asked, sum_phases
from checks.faults import cause_of
from checks.lag import LoopLag
from checks.lookups import Lookups
from checks.slots import MOST_PER_ORIGIN, Slots
from checks.sockets import GuardedSockets
from checks.transport import CurlTransport, client_over, guarded_client
from checks.vantage import Probe, Vantage
from checks.wire import Wire
from core.address import SERVICE_PORTS, AddressPolicy
from core.health import Cause, Evidence, Outcome, Phases
from core.redact import Redactor

UNFIT_LAG_S: Final = 0.05
KEPT_SECRETS: Final = "secrets"  # in `Vantage.keep`: name -> value of what a probe was given on the way (tokens), to be redacted
_LAST_CAUSE: Final = "last_cause"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """All that one run needs. `keep` survives between the runs of one check (token caches)."""

    probe: Probe
    timeout_s: float
    location: str = "local"
    secrets: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    keep: dict[str, Any] = field(default_factory=dict)
    latency_limit_us: int | None = None
    private_targets: bool = False
    reuse: bool = False
    provider: str = ""  # the key of its call budget
    missing_secrets: tuple[str, ...] = ()  # declared, and not to be had: the run is `unknown/config` and asks nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """An outcome (redacted) and how long it took. `evidence` is None where all was well before and is now."""

    outcome: Outcome
    total_us: int
    phases: Phases | None = None
    evidence: Evidence | None = None
    lag_us: int = 0  # our own delay, at its worst, while it ran
    waited_ms: int = 0  # for a free place at the origin: neither latency nor lateness
    fit: bool = True  # false: our lag spoilt the latency
    started_monotonic: float = 0.0


@dataclass(slots=True)
class _Run:
    """What is noted while a probe runs."""

    deadline: Deadline
    exchanges: list[Exchange] = field(default_factory=list)
    own_phases: Phases | None = None
    loop_lag_s: float = 0.0

    def note_phases(self, phases: Phases) -> None:
        self.own_phases = phases

    @property
    def lag_us(self) -> int:
        lags = [exchange.transfer.lag_s for exchange in self.exchanges if exchange.transfer]
        return round(max([*lags, self.loop_lag_s, 0.0]) * 1e6)

    @property
    def total_us(self) -> int:
        exchanges = asked(self.exchanges)
        return sum(exchange.total_us for exchange in exchanges) if exchanges else self.deadline.elapsed_us()

    @property
    def phases(self) -> Phases | None:
        return sum_phases(asked(self.exchanges)) if self.exchanges else self.own_phases


class Runner:
    """Runs jobs, as many at once as it is given. Made by `make_runner`, closed once."""

    def __init__(self, wire: Wire, *, user_agent: str, now: Callable[[], datetime]) -> None:
        self.wire = wire
        self.calls: Counter[str] = Counter()  # requests sent, by provider
        self._user_agent = user_agent
        self._now = now
        self._lag = LoopLag()

    async def run(self, job: Job) -> Finding:
        """Never raises, except when it is cancelled from outside."""
        run = _Run(Deadline(job.timeout_s))
        if job.missing_secrets:
            names = ", ".join(job.missing_secrets)
            return Finding(Outcome(Cause.CONFIG, detail=f"Not asked: no value for {names}."), 0, started_monotonic=run.deadline.begun)
        outcome = await self._outcome(job, run)
        self.calls[job.provider] += len(run.exchanges)
        return self._finding(job, run, _with_time(job, run, outcome))

    def client(self, *, private_targets: bool = False, https_only: bool = False, timeout_s: float = 10.0) -> httpx.AsyncClient:
        """A guarded client for what is no probe: channels, canaries."""
        return guarded_client(
            self.wire, user_agent=self._user_agent, private_targets=private_targets, https_only=https_only, timeout_s=timeout_s
        )

    async def close(self) -> None:
        """Ends what is under way, and the transfer thread."""
        await self.wire.close()

    async def _outcome(self, job: Job, run: _Run) -> Outcome:
        try:
            async with run.deadline:
                return await self._ask(job, run)
        except Exception as error:
            return self._failure(job, run, error)

    async def _ask(self, job: Job, run: _Run) -> Outcome:
        sockets = GuardedSockets(self.wire, AddressPolicy(job.private_targets, frozenset({"tcp"}), SERVICE_PORTS), run.deadline)
        transport = CurlTransport(
            self.wire, AddressPolicy(job.private_targets), deadline=run.deadline, reuse=job.reuse, note=run.exchanges.append
        )
        vantage = Vantage(
            client=client_over(transport, self._user_agent),
            sockets=sockets,
            location=job.location,
            timeout_s=job.timeout_s,
            now=self._now,
            secrets=job.secrets,
            settings=job.settings,
            keep=job.keep,
            ca_file=self.wire.ca_file,
            note_phases=run.note_phases,
        )
        with self._watched(run, sockets):
            try:
                return await job.probe(vantage)
            finally:
                await sockets.close()

    @contextmanager
    def _watched(self, run: _Run, sockets: GuardedSockets) -> Iterator[None]:
        begun = self._lag.watch()
        try:
            yield
        finally:
            if sockets.used:  # libcurl's transfers keep their own time
                run.loop_lag_s = self._lag.worst_since(begun)
                run.own_phases = replace(run.own_phases or Phases(), dns_us=sockets.lookup_us or None)
            self._lag.leave()

    def _failure(self, job: Job, run: _Run, error: Exception) -> Outcome:
        cause = cause_of(error)
        if cause is None:
            words = Redactor(_secrets(job))("".join(traceback.format_exception(error))).text
            _log.error("a probe failed by a bug of ours\n%s", words)
            return Outcome(Cause.INTERNAL, detail=f"A bug of ours: {type(error).__name__}.")
        detail = str(error) or (
            f"No answer within {run.deadline.elapsed_us() / 1e6:.1f} s." if cause is Cause.TIMEOUT else type(error).__name__
        )
        return Outcome(cause, detail=detail)

    def _finding(self, job: Job, run: _Run, outcome: Outcome) -> Finding:
        redact = Redactor(_secrets(job))
        changed = job.keep.get(_LAST_CAUSE, "") != outcome.cause
        job.keep[_LAST_CAUSE] = outcome.cause
        return Finding(
            outcome=_redacted(outcome, redact),
            total_us=run.total_us,
            phases=run.phases,
            evidence=evidence_of(run.exchanges, redact, outcome.detail) if outcome.cause or changed else None,
            lag_us=run.lag_us,
            waited_ms=round(run.deadline.waited_s * 1000),
            fit=run.lag_us <= UNFIT_LAG_S * 1e6,
            started_monotonic=run.deadline.begun,
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
    """Starts the transfer thread; to be called inside the event loop that runs the jobs."""
    asyncio.get_running_loop()
    wire = Wire(ca_file=ca_file, proxies=proxies, slots=Slots(max_per_origin), lookups=lookups or Lookups())
    return Runner(wire, user_agent=user_agent, now=now)


def _with_time(job: Job, run: _Run, outcome: Outcome) -> Outcome:
    """What the clock adds: an answer that came slowly, a timeout that was our own delay."""
    if outcome.cause is Cause.TIMEOUT and run.lag_us > job.timeout_s * 1e5:
        return replace(outcome, cause=Cause.OBSERVER, detail=f"Not known: we were {run.lag_us / 1e6:.1f} s late ourselves.")
    limit = job.latency_limit_us
    fit = run.lag_us <= UNFIT_LAG_S * 1e6
    if outcome.cause is None and limit is not None and fit and run.total_us > limit:
        return replace(outcome, cause=Cause.SLOW, detail=f"It took {run.total_us / 1000:.0f} ms, more than {limit / 1000:.0f} ms.")
    if outcome.cause is Cause.SLOW and not fit:
        return replace(outcome, cause=None, detail="")
    return outcome


def _secrets(job: Job) -> list[str]:
    return [*job.secrets.values(), *job.keep.get(KEPT_SECRETS, {}).values()]


def _redacted(outcome: Outcome, redact: Redactor) -> Outcome:
    deprecation, page = outcome.deprecation, outcome.page
    return replace(
        outcome,
        detail=redact(outcome.detail).text,
        vendor_code=_clean(outcome.vendor_code, redact),
        request_id=_clean(outcome.request_id, redact),
        deprecation=deprecation and replace(deprecation, what=redact(deprecation.what).text, link=_clean(deprecation.link, redact)),
        page=page and replace(page, headline=redact(page.headline).text, link=_clean(page.link, redact)),
    )


def _clean(text: str | None, redact: Redactor) -> str | None:
    return None if text is None else redact(text).text
