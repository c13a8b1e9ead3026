"""Judging, as one pure function for each thing that happens: (memory, what happened) -> (ledger, new memory).

Commit the ledger first, take the new memory over only then; a commit that failed is judged again from the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.health import ProbeResult
from core.ledger import Ledger, WindowRow
from core.plan import Plan
from core.voices import Round
from scheduler.judging import answers, blindness, carried, recall, timers
from scheduler.judging.asked import Asked
from scheduler.judging.budgets import BudgetFigures
from scheduler.judging.draft import Draft
from scheduler.judging.recall import load
from scheduler.judging.take import take
from scheduler.memory import JudgeSettings, Memory

__all__ = ["Asked", "BudgetFigures", "JudgeSettings", "Memory", "ResultKey", "apply", "end_window", "judge", "load", "replan", "tick"]

ResultKey = tuple[int, int, int]  # check, location, at_ms

_NONE: Final[Mapping[ResultKey, Round]] = {}


def judge(
    memory: Memory,
    results: Sequence[ProbeResult],
    now_ms: int | None,
    rounds: Mapping[ResultKey, Round] = _NONE,
    idle_rounds: Sequence[Round] = (),
) -> tuple[Ledger, Memory]:
    """Results in the order of their instants; of one check at one place never an older one after a newer one.

    `rounds` has, for each network failure, the canary round begun after it. `idle_rounds` are rounds no failure waited for.
    `now_ms` None judges each result at the instant it ended: history is played back as it would have been seen.
    """
    draft = Draft(memory.copy(), now_ms)
    for round_ in idle_rounds:
        blindness.hear(draft, round_)
    _judge_all(draft, results, rounds)
    return draft.ledger(), draft.memory


def _judge_all(draft: Draft, results: Sequence[ProbeResult], rounds: Mapping[ResultKey, Round]) -> None:
    """A good result where all is calm changes nothing but what is newest: millions of them pass here."""
    memory, written = draft.memory, draft.results
    newest, asked, voices = memory.newest, memory.asked, memory.index.voices
    for result in results:
        key = (result.check, result.location)
        line = memory.lines.get(key)
        if line is not None and line.calm and result.cause is None and memory.blind is None:
            before, at = newest[key], result.at_ms + result.late_ms
            if 0 < at - before.at_ms - before.late_ms <= line.hold_ms and result.outcome.page is None:
                written.append(result)
                newest[key] = result
                if key in voices:
                    asked[voices[key]] = at
                if carried.carries(result.outcome):
                    carried.note(draft, result)
                continue
        take(draft, result, rounds.get((*key, result.at_ms)) if rounds else None)


def apply(memory: Memory, request: Asked, now_ms: int) -> tuple[Ledger, Memory]:
    """What a person asked for: `acknowledge`, `note`, `silence`, `maintenance`, `run_check` (scheduler.judging.answers)."""
    draft = Draft(memory.copy(), now_ms)
    answers.answer(draft, request)
    return draft.ledger(), draft.memory


def end_window(memory: Memory, request: Asked, row: WindowRow | None, now_ms: int) -> tuple[Ledger, Memory]:
    """A silence or maintenance window is to end now; `row` is the one the request names, as it is stored, None for none."""
    draft = Draft(memory.copy(), now_ms)
    answers.end_window(draft, request, row)
    return draft.ledger(), draft.memory


def tick(memory: Memory, now_ms: int, budgets: Sequence[BudgetFigures] = ()) -> tuple[Ledger, Memory]:
    """What time alone brings: silence of checks, reminders, lost sight, closing unseen, budgets. Once a second is enough."""
    if not timers.is_due(memory, now_ms, budgets):
        return Ledger(), memory
    draft = Draft(memory.copy(), now_ms)
    timers.tick(draft, budgets)
    return draft.ledger(), draft.memory


def replan(memory: Memory, plan: Plan, now_ms: int, settings: JudgeSettings | None = None) -> tuple[Ledger, Memory]:
    """Go on with another plan: what is gone is ended, incidents that lost all their checks are closed as removed."""
    draft = Draft(memory.copy(), now_ms)
    recall.replan(draft, plan, settings)
    return draft.ledger(), draft.memory
