"""The vendor's own word: what its status page says of our components, and whom it lets us judge anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.health import ProbeResult
from core.plan import CheckPlan
from core.timeline import page_line
from core.voices import PageVoice
from scheduler.judging import stretches
from scheduler.judging.draft import Draft
from scheduler.judging.reckoning import reckon

KIND: Final = "statuspage"


def read(draft: Draft, check: CheckPlan, result: ProbeResult, now_ms: int) -> None:
    """A reading, or a page that could not be read: the last reading then speaks on for its ten minutes."""
    memory = draft.memory
    before = memory.pages.get(check.integration, PageVoice())
    page = result.outcome.page
    after = replace(before, failed=True) if page is None else PageVoice(page, result.edge_ms)
    memory.pages[check.integration] = after
    if before.says(result.edge_ms) is not after.says(result.edge_ms) or _words(before) != _words(after):
        _judge_anew(draft, check, before, after, result.edge_ms, now_ms)


def _words(voice: PageVoice) -> str:
    return voice.reading.headline if voice.reading else ""


def _judge_anew(draft: Draft, check: CheckPlan, before: PageVoice, after: PageVoice, at_ms: int, now_ms: int) -> None:
    memory = draft.memory
    for key in memory.index.lines[check.integration]:
        stretches.revise(draft, key)
    row = memory.open_incident(check.integration)
    if row is None:
        return
    if after.reading is not None and after.reading is not before.reading:
        provider = memory.index.integration(check.id).provider_name
        draft.event(row.id, at_ms, "page", page_line(provider, after.reading.status), after.reading.headline)
    reckon(draft, row.id, now_ms)
