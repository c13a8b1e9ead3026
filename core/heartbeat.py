"""Something must call us: what its pings say, and when its silence means that it failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.health import STATUS_OF, Cause, Status
from core.intervals import Interval, union


class PingKind(StrEnum):
    START = "start"  # the job began; its end must follow within the grace
    OK = "ok"
    FAIL = "fail"  # the job itself says that it failed


@dataclass(frozen=True, slots=True)
class Ping:
    at_ms: int
    kind: PingKind = PingKind.OK


@dataclass(frozen=True, slots=True)
class Beat:
    """How a heartbeat stands. Without a deadline nothing changes until the next ping."""

    cause: Cause | None
    since_ms: int  # when this came to be: the ping, or the deadline that passed
    deadline_ms: int | None  # up: judge again then
    detail: str

    @property
    def status(self) -> Status:
        return STATUS_OF[self.cause]


def judge(pings: Sequence[Ping], schedule_ms: int, grace_ms: int, now_ms: int, deaf: Iterable[Interval] = ()) -> Beat | None:
    """None before the first ping: silence then says nothing. `pings` in order, `schedule_ms` between two good ones.

    `deaf` are times in which no web process lived: a ping may have been lost in them. The deadline then runs from the
    end of the deaf time, and between the old deadline and the new one the heartbeat is unknown.
    """
    heard = [ping for ping in pings if ping.at_ms <= now_ms]
    ended = next((ping for ping in reversed(heard) if ping.kind is not PingKind.START), None)
    started = heard[-1] if heard and heard[-1].kind is PingKind.START else None
    if ended is not None and ended.kind is PingKind.FAIL:
        return Beat(Cause.MISSED, ended.at_ms, None, "The job reported that it failed.")
    if ended is None and started is None:
        return None
    deadline = _deadline(ended, started, schedule_ms, grace_ms)
    if now_ms < deadline:
        return Beat(None, heard[-1].at_ms, deadline, "The job is running." if started else "The job reported in time.")
    lenient = _lenient(deadline, heard[-1].at_ms, schedule_ms + grace_ms, now_ms, union(deaf))
    if now_ms < lenient:
        return Beat(Cause.OBSERVER, deadline, lenient, "We could not hear for a while; a ping may have been lost.")
    said = "The job began and did not report its end." if started else "No ping came in time."
    return Beat(Cause.MISSED, lenient, None, said)


def _deadline(ended: Ping | None, started: Ping | None, schedule_ms: int, grace_ms: int) -> int:
    """The next good ping is due one schedule after the last; a job that began must end. Whichever comes first, plus grace."""
    due = [ended.at_ms + schedule_ms] if ended else []
    return min([*due, started.at_ms] if started else due) + grace_ms


def _lenient(deadline: int, last_ms: int, wait_ms: int, now_ms: int, deaf: Iterable[Interval]) -> int:
    """The deadline, if a ping had come at the last moment of each time we could not hear before it."""
    for start, end in deaf:
        if start < deadline and min(end, now_ms) > last_ms:
            deadline = max(deadline, min(end, now_ms) + wait_ms)
    return deadline
