"""The case of one failing result: every voice, as far as it speaks."""

from __future__ import annotations

from core.health import NETWORK_CAUSES, Cause, ProbeResult
from core.line import SUCCESS, Key, Line
from core.rules import VENDOR_CAUSES
from core.verdict import Verdict
from core.voices import KEYS_TOGETHER_MS, UNHEARD, Case, PageVoice, Places, Round
from scheduler.judging.census import crowd, unrelated_keys
from scheduler.memory import Memory

ROUND_SPEAKS_MS = 120_000  # a round nobody waited for still says that our network is there
_SILENT_PAGE = PageVoice()


def case_of(memory: Memory, key: Key, line: Line, result: ProbeResult, round_: Round | None, before: Verdict | None) -> Case | None:
    """`before` is the verdict of the stretch this result goes on with. The memory holds the result as the newest one already."""
    if result.cause is None:
        return None
    check = memory.check(key)
    integration = memory.index.integration(check.id)
    at = result.edge_ms
    page = memory.pages.get(integration.id, _SILENT_PAGE)
    phases = result.phases
    return Case(
        cause=result.cause,
        at_ms=at,
        provider=integration.provider_name,
        check=check.name,
        http_status=result.outcome.http_status,
        tries=before.tries + 1 if before else 1,
        total_us=result.total_us,
        limit_us=check.latency_limit_us,
        waiting_us=(phases.first_byte_us or 0) + (phases.transfer_us or 0) if phases else None,
        page=page.says(at),
        page_words=page.reading.headline if page.reading else "",
        page_read_ms=page.read_ms,
        canaries=round_ or _recent_round(memory, result),
        crowd=crowd(memory, key, result, round_) if result.cause in VENDOR_CAUSES else UNHEARD,
        places=_places(memory, key),
        keys_refused=unrelated_keys(memory, check, at, KEYS_TOGETHER_MS) if result.cause is Cause.AUTH else 1,
        succeeded=line.succeeded(check),
        last_good_ms=line.last_good_ms,
        acknowledged=before.acknowledged if before else False,
    )


def _recent_round(memory: Memory, result: ProbeResult) -> Round | None:
    """A network failure is judged by the round begun after it alone; other failures by the newest one."""
    round_ = memory.last_round
    if round_ is None or result.cause in NETWORK_CAUSES or abs(result.edge_ms - round_.begun_ms) > ROUND_SPEAKS_MS:
        return None
    return round_


def _places(memory: Memory, key: Key) -> Places | None:
    check = memory.check(key)
    if len(check.locations) < 2:
        return None
    others = [(check.id, place) for place in check.locations if place != key[1]]
    fine = sum(other in memory.newest and memory.newest[other].status in SUCCESS for other in others)
    here = memory.settings.locations.get(key[1], f"place {key[1]}")
    return Places(here, len(others), fine)
