"""One result that may change something: its line, its stretch of trouble, its integration's incident."""

from __future__ import annotations

from core.health import STATUS_OF, ProbeResult, Status
from core.incident import turned
from core.line import NEW, Key, Line, Step, step
from core.verdict import OWN_NETWORK, Verdict
from core.voices import Round
from scheduler.judging import blindness, carried, incidents, pages, stretches
from scheduler.judging.census import count
from scheduler.judging.draft import Draft
from scheduler.judging.reckoning import reckon


def take(draft: Draft, result: ProbeResult, round_: Round | None) -> None:
    """Recorded in any case; judged unless its check is gone or something newer was judged before."""
    memory, key = draft.memory, (result.check, result.location)
    newest = memory.newest.get(key)
    if not memory.index.knows(key) or (newest is not None and result.edge_ms <= newest.edge_ms):
        draft.results.append(result)
        return
    now_ms = draft.now(result)
    if round_ is not None:
        blindness.hear(draft, round_)
    before = memory.lines.get(key, NEW)
    seen_ms = None if newest is None else newest.edge_ms
    result, taken, verdict = _judged(draft, key, before, result, seen_ms, round_)
    draft.results.append(result)
    if carried.carries(result.outcome):
        carried.note(draft, result)
    _keep(draft, key, before, taken)
    _follow(draft, key, before, result, verdict, taken.edge_ms, now_ms)


def _judged(
    draft: Draft, key: Key, before: Line, result: ProbeResult, seen_ms: int | None, round_: Round | None
) -> tuple[ProbeResult, Step, Verdict | None]:
    """The result, perhaps taken for our own network's fault, and what the voices say of it."""
    taken = _stand(draft, key, before, result, seen_ms)
    if STATUS_OF[result.cause] not in (Status.DOWN, Status.DEGRADED):
        blindness.answered(draft, key, result)
        return result, taken, None
    if blindness.reaches(draft.memory, result):
        result = blindness.observed(result)
        return result, _stand(draft, key, before, result, seen_ms), None
    verdict = stretches.verdict_of(draft, key, result, round_)
    if verdict is None or verdict.rule != OWN_NETWORK:
        blindness.answered(draft, key, result)
        if round_ is not None:
            draft.memory.rounds[key] = round_
        return result, taken, verdict
    blindness.note(draft, result, verdict)
    result = blindness.observed(result)
    return result, _stand(draft, key, before, result, seen_ms), None


def _stand(draft: Draft, key: Key, before: Line, result: ProbeResult, seen_ms: int | None) -> Step:
    """The line with this result, put where the voices are counted."""
    memory = draft.memory
    check = memory.check(key)
    counts = not result.manual and not memory.index.maintained(check.integration, result.edge_ms)
    taken = step(before, check, result, seen_ms, counts=counts)
    held = memory.newest.get(key)
    memory.newest[key] = result
    draft.put_line(key, taken.line)
    count(memory, key, result, held.cause if held else None)
    return taken


def _keep(draft: Draft, key: Key, before: Line, taken: Step) -> None:
    """Write down what changed; that a settled state goes on is no change."""
    for span in taken.spans:
        draft.write_span(span)
    after = taken.line
    if taken.spans or _shape(before) != _shape(after):
        draft.write_line(key, after)
    if (before.status, before.since_ms, before.down.bad) != (after.status, after.since_ms, after.down.bad):
        draft.topics.add("wall")


def _shape(line: Line) -> tuple[object, ...]:
    machines = [(one.open, one.bad, one.good) for one in (line.down, line.slow, line.own)]
    return line.status, line.since_ms, line.known, line.good_ms, line.last_good_ms, line.failing_ms, machines


def _follow(draft: Draft, key: Key, before: Line, result: ProbeResult, verdict: Verdict | None, edge_ms: int, now_ms: int) -> None:
    """Stretch, incident, page: in this order, because each rests on the one before."""
    memory = draft.memory
    after, check = memory.lines[key], memory.check(key)
    row = memory.open_incident(check.integration)
    incident = row.id if row is not None and check.id in row.checks else None
    stretches.extend(draft, key, result, verdict, edge_ms, incident)
    if turned(before, after):
        incidents.consider(draft, key, before, result, now_ms)
    if incident is not None:
        reckon(draft, incident, now_ms)
    if not after.down.open and not after.slow.open and after.settled:
        memory.behind.pop(key, None)
    if check.kind == pages.KIND:
        pages.read(draft, check, result, now_ms)
