"""Which error budgets burn fast: a long and a short window agree, and at least three probes really failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from core.burn import FAST, Burn, burns_of, is_fast_burn
from core.health import Status
from core.ledger import SpanRow, WindowKind
from core.reading import Reading, pieces
from scheduler.memory import Memory
from storage.accounts import over
from storage.engine import Snapshot
from storage.timeline import spans
from storage.troubles import failed
from storage.windows import windows

LOOK_BACK_MS: Final = max(rule.long_s for rule in FAST) * 1000
TROUBLE: Final = (Status.DOWN, Status.DEGRADED)


@dataclass(frozen=True, slots=True)
class FastBurn:
    """The fastest rule that fires: how many times the even spend, its windows in words, the failed probes in the long one."""

    rate: float
    long: str
    short: str
    failures: int


def burning(conn: Snapshot, memory: Memory, targets: Mapping[int, Decimal], now_ms: int) -> dict[int, FastBurn]:
    """By integration, of those with a target (per cent). At most four queries: six hours of spans, windows, failed results twice."""
    fires = _firing(conn, memory, targets, now_ms)
    found: dict[int, FastBurn] = {}
    for rule in FAST:
        hot = {ident: burn for ident, burns in fires.items() for burn in burns if burn.rule is rule and ident not in found}
        failures = _failures(conn, memory, hot, now_ms - rule.long_s * 1000)
        found |= {ident: _told(burn, failures[ident]) for ident, burn in hot.items() if is_fast_burn([burn], failures[ident])}
    return found


def _told(burn: Burn, failures: int) -> FastBurn:
    return FastBurn(float(burn.rate or 0), _words(burn.rule.long_s), _words(burn.rule.short_s), failures)


def _words(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"


def _firing(conn: Snapshot, memory: Memory, targets: Mapping[int, Decimal], now_ms: int) -> dict[int, list[Burn]]:
    """Only what had trouble is reckoned. Where nothing is allowed (100 %) there is no rate, and the spent budget speaks alone."""
    since_ms = now_ms - LOOK_BACK_MS
    seen = _spans(conn, memory, targets, since_ms, now_ms)
    troubled = [ident for ident, rows in seen.items() if any(row.status in TROUBLE for row in rows)]
    planned = windows(conn, since_ms, now_ms, WindowKind.MAINTENANCE) if troubled else []
    newest = {key: result.edge_ms for key, result in memory.newest.items()} if troubled else {}
    fires = {}
    for ident in troubled:
        reading = Reading(memory.plan.integrations[ident], seen[ident], newest, maintenance=list(over(planned, ident)))
        burns = burns_of(pieces(reading, since_ms, now_ms, now_ms), now_ms, targets[ident])
        fires[ident] = [burn for burn in burns if burn.fires and burn.rate is not None]
    return fires


def _spans(conn: Snapshot, memory: Memory, integrations: Iterable[int], since_ms: int, until_ms: int) -> dict[int, list[SpanRow]]:
    of = _counting(memory, integrations)
    found: dict[int, list[SpanRow]] = defaultdict(list)
    for row in spans(conn, list(of), since_ms, until_ms) if of else ():
        found[of[row.check]].append(row)
    return found


def _failures(conn: Snapshot, memory: Memory, integrations: Iterable[int], since_ms: int) -> dict[int, int]:
    of = _counting(memory, integrations)
    found: dict[int, int] = defaultdict(int)
    for check, count in failed(conn, list(of), since_ms).items() if of else ():
        found[of[check]] += count
    return found


def _counting(memory: Memory, integrations: Iterable[int]) -> dict[int, int]:
    """Counting check -> its integration."""
    return {check.id: ident for ident in integrations for check in memory.plan.integrations[ident].checks if check.counts}
