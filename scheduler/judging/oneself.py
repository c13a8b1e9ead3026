"""The monitor's own troubles as incidents: opened, followed and closed with their alerts, as those of a vendor are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from alerts.words import lasting
from core.health import Cause, Status
from core.ledger import IncidentKind, IncidentRow, Ledger
from core.own_health import BY_KEY, Rule, Standing
from core.verdict import Confidence, Fact, Party, Speaks, Verdict
from scheduler.judging import telling
from scheduler.judging.draft import Draft
from scheduler.judging.endings import RECOVERED, REMOVED, close
from scheduler.memory import Memory

OURS: Final = 1  # the row of the verdict's table
EDITED_MS: Final = 600_000  # figures move all the time; the message follows them as seldom as this
HEADLINE: Final = "The monitor itself, no vendor."


def open_troubles(memory: Memory) -> dict[str, IncidentRow]:
    """Those that are told, by their key."""
    return {row.key: row for row in memory.incidents.values() if row.kind is IncidentKind.MONITOR}


def is_news(memory: Memory, standings: Mapping[str, Standing]) -> bool:
    """Whether anything would be written."""
    known = open_troubles(memory)
    wanted = {key for key, standing in standings.items() if standing.open}
    return wanted != set(known) or any(_says(known[key]) != standings[key].says for key in wanted)


def watched(memory: Memory, standings: Mapping[str, Standing], now_ms: int) -> tuple[Ledger, Memory]:
    """What is wrong with us now, against what was said of it before: a step as those of `scheduler.judge`."""
    draft = Draft(memory.copy(), now_ms)
    _watch(draft, standings, now_ms)
    return draft.ledger(), draft.memory


def _watch(draft: Draft, standings: Mapping[str, Standing], now_ms: int) -> None:
    known = open_troubles(draft.memory)
    for key, standing in standings.items():
        if standing.open and key not in known:
            _open(draft, BY_KEY[key], standing, now_ms)
        elif standing.open and standing.over_ms is None:
            _follow(draft, known[key], standing.says, now_ms)
    for key, row in known.items():
        now_stands = standings.get(key)
        if key not in BY_KEY:
            close(draft, row, REMOVED, now_ms, "Closed: this version does not look at it any more")
        elif now_stands is None or not now_stands.open:
            _end(draft, row, now_stands.over_ms if now_stands else None, now_ms)


def _open(draft: Draft, rule: Rule, standing: Standing, now_ms: int) -> None:
    row = IncidentRow(
        id=draft.new_incident(),
        kind=IncidentKind.MONITOR,
        integration=None,
        started_ms=min(standing.since_ms, now_ms),
        opened_ms=now_ms,
        status=Status.UNKNOWN,
        cause=Cause.INTERNAL,
        checks=(),
        verdict=_verdict(standing.says),
        severity=rule.severity,
        title=rule.title,
        key=rule.key,
    )
    draft.write_incident(row)
    draft.event(row.id, now_ms, "opened", standing.says, rule.todo)
    draft.topics.update(("wall", "system"))
    telling.tell_opening(draft, row.id, now_ms)


def _follow(draft: Draft, row: IncidentRow, says: str, now_ms: int) -> None:
    """The same trouble with other figures: the message is edited, nobody is called again."""
    if says == _says(row) or now_ms - max(row.told_ms or 0, row.opened_ms) < EDITED_MS:
        return
    draft.change(row.id, verdict=_verdict(says), told_ms=now_ms)
    draft.event(row.id, now_ms, "note", says)
    telling.tell_update(draft, row.id, now_ms)


def _end(draft: Draft, row: IncidentRow, over_ms: int | None, now_ms: int) -> None:
    resolved_ms = max(row.started_ms, now_ms if over_ms is None else over_ms)
    close(draft, row, RECOVERED, now_ms, f"Over after {lasting(resolved_ms - row.started_ms)}", resolved_ms=resolved_ms)
    draft.topics.add("system")


def _verdict(says: str) -> Verdict:
    return Verdict(OURS, Party.OURS, Confidence.HIGH, HEADLINE, (Fact(Speaks.FOR, says),))


def _says(row: IncidentRow) -> str:
    return row.verdict.facts[0].sentence if row.verdict and row.verdict.facts else ""
