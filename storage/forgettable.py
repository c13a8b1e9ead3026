"""What is let go of, kind by kind: which rows, and how many in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import TextClause, text


class Kind(StrEnum):
    RESULTS = "results"
    EVIDENCE = "evidence"
    PHASES = "phases"
    FIGURES = "figures"
    TRAFFIC = "traffic"
    PROCESSES = "processes"


@dataclass(frozen=True, slots=True)
class Rule:
    """`found` gives at most `most` rows of a `:subject` that are older than `:until`, whole; `delete` lets them go."""

    kind: Kind
    found: TextClause
    delete: TextClause
    most: int
    is_history: bool  # a month that is not closed, or an open incident, may need it


ROWS: Final = 500
PACKS: Final = 20  # each some kilobytes
DAYS_OF_PHASES: Final = 5
_DAY: Final = "86400000"


def _rule(kind: Kind, table: str, keys: str, where: str, *, most: int = ROWS, is_history: bool = True) -> Rule:
    these = f"FROM {table} WHERE {where} LIMIT :most"
    delete = f"DELETE FROM {table} WHERE ({keys}) IN (SELECT {keys} {these})"  # noqa: S608 names of our own
    return Rule(kind, text(f"SELECT * {these}"), text(delete), most, is_history)


_OWN: Final = '"check" = :subject'
_RESULT_KEYS: Final = '"check", location, at_ms'
_DAY_OVER: Final = f"{_OWN} AND day_ms <= :until - {_DAY}"

# The last change before the line is what a page said when the rest begins.
_SAID_SINCE: Final = 'EXISTS (SELECT 1 FROM page n WHERE n."check" = page."check" AND n.at_ms > page.at_ms AND n.at_ms <= :until)'
# What a heartbeat's job last said of its end, and a beginning after it, is what it is judged by, however long ago that was.
_CALLED_SINCE: Final = (
    'EXISTS (SELECT 1 FROM ping n WHERE n."check" = ping."check" AND n.at_ms > ping.at_ms '
    "AND (n.kind <> 'start' OR ping.kind = 'start'))"
)

# Exact phases are not deleted: hours take their place (storage.phase_hours).
AGED: Final = Rule(
    Kind.PHASES,
    text(
        f'SELECT id, "check", location, day_ms, body, phases FROM pack WHERE {_DAY_OVER} AND phases IS NOT NULL '  # noqa: S608
        "ORDER BY day_ms LIMIT :most"
    ),
    text("SELECT 1"),
    DAYS_OF_PHASES,
    is_history=True,
)

OF_A_CHECK: Final = (
    _rule(Kind.RESULTS, "pack", "id", _DAY_OVER, most=PACKS),
    AGED,
    _rule(Kind.RESULTS, "phase_hours", '"check", location, day_ms', _DAY_OVER, most=PACKS),
    _rule(Kind.RESULTS, "result", _RESULT_KEYS, f"{_OWN} AND at_ms < :until"),
    _rule(Kind.RESULTS, "phase", _RESULT_KEYS, f"{_OWN} AND at_ms < :until"),
    _rule(Kind.RESULTS, "page", '"check", at_ms', f"{_OWN} AND at_ms < :until AND {_SAID_SINCE}"),
    _rule(Kind.EVIDENCE, "evidence", '"check", at_ms, location', f"{_OWN} AND at_ms < :until"),
    _rule(Kind.TRAFFIC, "ping", "id", f"{_OWN} AND at_ms < :until AND {_CALLED_SINCE}"),
    _rule(Kind.FIGURES, "span", '"check", location, start_ms', f"{_OWN} AND end_ms < :until"),
    _rule(Kind.FIGURES, "verdict", '"check", location, start_ms', f"{_OWN} AND end_ms < :until"),
    _rule(
        Kind.FIGURES, "rollup", "scope, subject, width_ms, start_ms", f"scope = 0 AND subject = :subject AND start_ms <= :until - {_DAY}"
    ),
)
OF_AN_INTEGRATION: Final = (
    _rule(
        Kind.FIGURES, "rollup", "scope, subject, width_ms, start_ms", f"scope = 1 AND subject = :subject AND start_ms <= :until - {_DAY}"
    ),
)
GLOBAL: Final = (
    _rule(Kind.RESULTS, "config", "id", "applied_ms < :until AND id < (SELECT MAX(id) FROM config)", is_history=False),
    _rule(Kind.RESULTS, "delivery", "id", "at_ms < :until AND NOT ok", is_history=False),  # what was said stays
    _rule(Kind.TRAFFIC, "request", "id", "done_ms < :until", is_history=False),
    _rule(Kind.PROCESSES, "process", "id", "beat_ms < :until", is_history=False),
)
