"""What is known of one check at one location: its three state machines, its open span, and the status that is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from core.health import NETWORK_CAUSES, STATUS_OF, Cause, ProbeResult, Status
from core.ledger import SpanRow
from core.plan import CheckPlan
from core.spans import edge_between, hold
from core.transition import CLOSED, STALE_GAPS, Machine, Thresholds, count

Key = tuple[int, int]  # check, location

SELF_CAUSES: Final = frozenset({Cause.BLOCKED, Cause.CONFIG, Cause.INTERNAL})
HEARTBEAT: Final = "heartbeat"
LONGEST_WAIT_MS: Final = 31 * 86_400_000  # a Retry-After beyond a month is a mistake, not a wish


@dataclass(frozen=True, slots=True)
class Line:
    """Replaced when something of it changes; the newest result is kept beside it. Times in ms UTC."""

    down: Machine = CLOSED  # failures
    slow: Machine = CLOSED  # degraded results; down and what our own lag spoilt neither count nor reset
    own: Machine = CLOSED  # blocked, config, internal: for the integration's owner
    known: bool = False  # it was seen working, or its failure was confirmed
    status: Status = Status.UNKNOWN  # as shown: the confirmed one, unknown where nothing is known
    since_ms: int = 0
    start_ms: int = 0  # of the open span
    cause: Cause | None = None  # of the newest result
    gap_ms: int = 0  # planned when the newest result was taken
    good_ms: int | None = None  # a success since the configuration changed
    last_good_ms: int | None = None  # the newest good answer before the present trouble
    failing_ms: int | None = None  # the first result of the present kind of failure
    calm: bool = False  # up, and nothing in doubt: the next good result changes nothing
    hold_ms: int = 0  # how long the newest result speaks
    moved_ms: int | None = None  # the newest result when this was written down

    @property
    def settled(self) -> bool:
        """No run of failures or successes is under way."""
        return self.down.settled and self.slow.settled and self.own.settled

    @property
    def confirmed(self) -> Status:
        """What the state machines hold, whatever the newest result is."""
        if self.down.open:
            return Status.DOWN
        if self.slow.open:
            return Status.DEGRADED
        return Status.UP if self.known else Status.UNKNOWN

    def succeeded(self, check: CheckPlan) -> bool:
        """At least once since the check's configuration changed."""
        return self.good_ms is not None and self.good_ms >= check.configured_at_ms


NEW: Final = Line()


@dataclass(frozen=True, slots=True)
class Step:
    """A line after one result, the rows of its spans that changed, and the edge at which this result's state begins."""

    line: Line
    spans: tuple[SpanRow, ...]
    edge_ms: int


def step(line: Line, check: CheckPlan, result: ProbeResult, seen_ms: int | None, *, counts: bool) -> Step:
    """`seen_ms` is the instant of the newest result before (None: there was none).

    `counts` is false for manual runs and within maintenance: these are recorded, and no machine moves.
    """
    at = result.edge_ms
    end, begin = (at, at) if seen_ms is None else edge_between(seen_ms, line.hold_ms, at)
    after = _counted(line, check, result, begin) if counts else line
    gap = gap_after(after.settled, check, result)
    was_well = seen_ms is not None and line.cause is None
    fresh = seen_ms is None or end != begin or line.cause is not result.cause
    after = replace(
        after,
        start_ms=begin if fresh else line.start_ms,
        cause=result.cause,
        gap_ms=gap,
        hold_ms=hold(gap),
        known=after.known or result.status in SUCCESS or after.down.open,
        moved_ms=at,
        good_ms=at if result.status in SUCCESS and not line.succeeded(check) else line.good_ms,
        last_good_ms=seen_ms if was_well and result.cause is not None else line.last_good_ms,
        failing_ms=_failing_since(line, result, seen_ms),
    )
    spans = _spans(line, after, result, end if seen_ms is not None else None, fresh)
    return Step(settle(_shown(line, after, result.status, begin), check), spans, begin)


SUCCESS: Final = frozenset({Status.UP, Status.DEGRADED})


def gap_after(settled: bool, check: CheckPlan, result: ProbeResult) -> int:
    """From this result to the next planned one: fast until the state is settled, and never sooner than the vendor asks.

    A used-up quota is waited for in full; after a server error at most one interval, until the state is settled.
    """
    gap = regular_gap(check) if settled or check.kind == HEARTBEAT else min(check.retry_ms, check.interval_ms)
    asked_s = result.outcome.retry_after_s
    if asked_s is None or asked_s <= 0:
        return gap
    answered = result.late_ms + result.total_us // 1000  # it is from the answer that the vendor counts
    asked = min(ceil(asked_s * 1000), LONGEST_WAIT_MS) + answered
    if result.cause is Cause.QUOTA:
        return max(gap + 1, asked)  # not the interval itself: the next regular turn may come sooner than the vendor asks
    if result.cause is Cause.SERVER_ERROR and not settled:
        return max(gap, min(asked, check.interval_ms))
    return gap


def regular_gap(check: CheckPlan) -> int:
    """Between two runs of a settled check; something that calls us may be late by its grace, and is never asked again."""
    return check.interval_ms + check.grace_ms if check.kind == HEARTBEAT else check.interval_ms


def went_silent(line: Line, seen_ms: int, now_ms: int) -> Line | None:
    """The line once its newest result speaks no more; None while it still does, or when that was noted."""
    if line.status is Status.UNKNOWN or now_ms - seen_ms <= line.hold_ms:
        return None
    return replace(line, status=Status.UNKNOWN, since_ms=seen_ms + line.hold_ms, calm=False, moved_ms=seen_ms)


def forget_run(line: Line) -> Line:
    """After an incident was closed unseen: the machines start anew, so that what fails on is an incident again."""
    return replace(line, down=CLOSED, slow=CLOSED, own=CLOSED, known=False, status=Status.UNKNOWN, calm=False)


def settle(line: Line, check: CheckPlan) -> Line:
    """With `calm` told anew."""
    up = line.cause is None and line.status is Status.UP and line.confirmed is Status.UP
    calm = up and line.settled and line.gap_ms == regular_gap(check) and line.succeeded(check)
    return line if line.calm == calm else replace(line, calm=calm)


def _counted(line: Line, check: CheckPlan, result: ProbeResult, edge_ms: int) -> Line:
    at, stale, status = result.edge_ms, STALE_GAPS * max(line.gap_ms, check.interval_ms), result.status
    fails = Thresholds(check.fail_after, check.recover_after)
    slows = Thresholds(check.slow_after, check.unslow_after)
    if status is Status.UNKNOWN:
        if result.cause not in SELF_CAUSES:
            return line
        return replace(line, own=count(line.own, False, fails, at, edge_ms=edge_ms, stale_ms=stale))
    slow = line.slow
    if status is Status.DEGRADED or (status is Status.UP and result.fit):  # our own lag says nothing of how fast the vendor is
        slow = count(line.slow, status is Status.UP, slows, at, edge_ms=edge_ms, stale_ms=stale)
    down = count(line.down, status is not Status.DOWN, fails, at, edge_ms=edge_ms, stale_ms=stale)
    return replace(line, down=down, slow=slow, own=count(line.own, True, fails, at, edge_ms=edge_ms, stale_ms=stale))


def _failing_since(line: Line, result: ProbeResult, seen_ms: int | None) -> int | None:
    """Where the present kind of failure began; the network causes are one kind."""
    if result.cause is None:
        return None
    same = line.cause is result.cause or {line.cause, result.cause} <= NETWORK_CAUSES
    return line.failing_ms if seen_ms is not None and same else result.edge_ms


def _spans(old: Line, new: Line, result: ProbeResult, end_ms: int | None, fresh: bool) -> tuple[SpanRow, ...]:
    """The row that ended, and the open one where its start, cause or planned gap changed."""
    key = (result.check, result.location)
    opened = SpanRow(*key, new.start_ms, None, result.status, result.cause, new.gap_ms)
    if not fresh:
        return (opened,) if new.gap_ms != old.gap_ms else ()
    if end_ms is None or end_ms <= old.start_ms:
        return (opened,)
    return SpanRow(*key, old.start_ms, end_ms, STATUS_OF[old.cause], old.cause, old.gap_ms), opened


def _shown(old: Line, new: Line, newest: Status, edge_ms: int) -> Line:
    """An unknown result is shown at once: it accuses nobody. A failure is shown when it is confirmed."""
    status = Status.UNKNOWN if newest is Status.UNKNOWN else new.confirmed
    if status is old.status and old.since_ms:
        return new
    since: int | None = edge_ms
    if status is Status.DOWN and not old.down.open:
        since = new.down.bad_edge_ms
    elif status is Status.DEGRADED and old.confirmed is Status.UP:
        since = new.slow.bad_edge_ms
    elif old.down.open and not new.down.open and old.status is Status.DOWN:
        since = new.down.good_edge_ms
    elif old.slow.open and not new.slow.open and old.status is Status.DEGRADED:
        since = new.slow.good_edge_ms
    return replace(new, status=status, since_ms=edge_ms if since is None else since)
