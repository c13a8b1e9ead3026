"""What is made of a run once it is over: the clock's word on the outcome, and the outcome without secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from checks.deadline import Deadline
from checks.exchange import Exchange, asked, sum_phases
from checks.job import Job
from core.health import Cause, Outcome, PageReading, Phases
from core.redact import Redactor

UNFIT_LAG_US = 50_000
SHORTEST_PROOF = 8
KEPT_SECRETS = "secrets"  # in `Job.keep`: name -> value of what a probe was given on the way (tokens)


@dataclass(slots=True)
class Course:
    """What is noted while a probe runs."""

    deadline: Deadline
    exchanges: list[Exchange] = field(default_factory=list)
    own_phases: Phases | None = None  # of a probe with sockets of its own
    loop_lag_s: float = 0.0

    def note_phases(self, phases: Phases) -> None:
        self.own_phases = phases

    @property
    def lag_us(self) -> int:
        """Our own delay at its worst."""
        lags = [exchange.transfer.lag_s for exchange in self.exchanges if exchange.transfer]
        return round(max([*lags, self.loop_lag_s, self.deadline.overrun_s]) * 1e6)

    @property
    def fit(self) -> bool:
        """Whether the latency is the vendor's."""
        return self.lag_us <= UNFIT_LAG_US

    @property
    def total_us(self) -> int:
        exchanges = asked(self.exchanges)
        return sum(exchange.total_us for exchange in exchanges) if exchanges else self.deadline.elapsed_us()

    @property
    def phases(self) -> Phases | None:
        return sum_phases(asked(self.exchanges)) if self.exchanges else self.own_phases


def with_time(outcome: Outcome, course: Course, job: Job) -> Outcome:
    """What the clock adds: an answer that came slowly, a timeout that was our own delay."""
    if outcome.cause is Cause.TIMEOUT and (course.deadline.overrun_s or course.lag_us > job.timeout_s * 1e5):  # a tenth of the time
        return replace(outcome, cause=Cause.OBSERVER, detail=f"Not known: we were {course.lag_us / 1e6:.1f} s late ourselves.")
    if outcome.cause is Cause.SLOW and not course.fit:
        return replace(outcome, cause=None, detail="")
    limit = job.latency_limit_us
    if outcome.cause is None and limit is not None and course.fit and course.total_us > limit:
        return replace(outcome, cause=Cause.SLOW, detail=f"It took {course.total_us / 1000:.0f} ms, more than {limit / 1000:.0f} ms.")
    return outcome


def secrets_of(job: Job, exchanges: Sequence[Exchange] = ()) -> list[str]:
    """Everything that must not leave: what was configured, what the vendor gave us, and what was made of both to prove who asks."""
    sent = (exchange.request.headers.get("authorization", "").partition(" ")[2] for exchange in exchanges)
    return [*job.secrets.values(), *job.keep.get(KEPT_SECRETS, {}).values(), *(proof for proof in sent if len(proof) >= SHORTEST_PROOF)]


def redacted(outcome: Outcome, redact: Redactor) -> Outcome:
    """The same outcome; every word in it that came from outside is clean."""
    deprecation, page = outcome.deprecation, outcome.page
    return replace(
        outcome,
        detail=redact(outcome.detail).text,
        vendor_code=_clean(outcome.vendor_code, redact),
        request_id=_clean(outcome.request_id, redact),
        deprecation=deprecation and replace(deprecation, what=redact(deprecation.what).text, link=_clean(deprecation.link, redact)),
        page=page and _page(page, redact),
    )


def _page(page: PageReading, redact: Redactor) -> PageReading:
    names = tuple(redact(name).text for name in page.components)
    return replace(page, headline=redact(page.headline).text, link=_clean(page.link, redact), components=names)


def _clean(text: str | None, redact: Redactor) -> str | None:
    return None if text is None else redact(text).text
