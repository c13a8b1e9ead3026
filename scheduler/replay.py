"""Plays a history through the real judge on a virtual clock, into the real tables: the demo's ninety days, or days of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Final, Protocol

from core.health import ProbeResult
from core.intervals import Interval
from core.ledger import Ledger, WindowKind, WindowRow
from core.plan import Plan, WindowRule
from core.voices import Round
from scheduler import judge as judging
from scheduler.budget_figures import budget_figures
from scheduler.memory import JudgeSettings, Memory
from storage.backfill import Backfill
from storage.engine import Database

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS


class PlayedDay(Protocol):
    """One UTC day of results in the order in which their runs began, with the canary round after each network failure."""

    @property
    def start_ms(self) -> int: ...
    @property
    def end_ms(self) -> int: ...
    @property
    def results(self) -> Sequence[ProbeResult]: ...
    @property
    def rounds(self) -> Mapping[judging.ResultKey, Round]: ...


def replay(
    db: Database,
    plan: Plan,
    days: Iterable[PlayedDay],
    *,
    epoch: int,
    now_ms: int,
    settings: JudgeSettings,
    maintained: Mapping[frozenset[int], Sequence[Interval]],
    told: Callable[[int], None],
) -> None:
    """`plan` is the one those days ran by. `maintained`: windows of the past by integrations. `told` hears the days done so far."""
    windows = [
        WindowRow(WindowKind.MAINTENANCE, start, end, tuple(who), "", None, "file")
        for who, spans in maintained.items()
        for start, end in spans
    ]
    rules = tuple(WindowRule(row.start_ms, row.end_ms, frozenset(row.integrations or ())) for row in windows)
    memory = judging.load(replace(plan, maintenance=rules), settings=settings)
    backfill = Backfill(db, epoch=epoch, now_ms=now_ms)
    for number, day in enumerate(days, 1):
        ledger, memory = _judged(memory, day)
        if number == 1:
            ledger.windows.extend(windows)
        backfill.add_day(day.start_ms, ledger.results, ledger)
        told(number)
    backfill.finish()
    _tell_budgets(db, backfill, memory, now_ms)


def _tell_budgets(db: Database, backfill: Backfill, memory: Memory, now_ms: int) -> None:
    """What was spent in the past was told in the past: the worker that goes on from here is not to tell it all at once."""
    with db.read() as conn:
        figures = budget_figures(conn, memory, now_ms)
    ledger, _ = judging.tick(memory, now_ms, figures)
    backfill.add_day(now_ms // DAY_MS * DAY_MS, (), ledger)


def _judged(memory: Memory, day: PlayedDay) -> tuple[Ledger, Memory]:
    """A day in hours, with what time alone brings between them."""
    parts: list[Ledger] = []
    results, at = day.results, 0
    for hour_ms in range(day.start_ms, day.end_ms, HOUR_MS):
        begin = at
        while at < len(results) and results[at].edge_ms < hour_ms + HOUR_MS:
            at += 1
        ledger, memory = judging.judge(memory, results[begin:at], None, day.rounds)
        timed, memory = judging.tick(memory, min(hour_ms + HOUR_MS, day.end_ms))
        parts += (ledger, timed)
    if at < len(results):
        ledger, memory = judging.judge(memory, results[at:], None, day.rounds)
        parts.append(ledger)
    return merged(parts), memory


def merged(parts: Iterable[Ledger]) -> Ledger:
    """One ledger of many: of rows with one key the latest is written."""
    whole = Ledger()
    for part in parts:
        for field in fields(Ledger):
            if field.name != "topics":
                getattr(whole, field.name).extend(getattr(part, field.name))
        whole.topics |= part.topics
    whole.spans = list({(row.check, row.location, row.start_ms): row for row in whole.spans}.values())
    whole.verdicts = list({(row.check, row.location, row.start_ms): row for row in whole.verdicts}.values())
    whole.states = list({(row.check, row.location): row for row in whole.states}.values())
    whole.incidents = list({row.id: row for row in whole.incidents}.values())
    whole.signals = list({(row.check, row.kind): row for row in whole.signals}.values())
    return whole
