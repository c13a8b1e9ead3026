"""Incidents as batches of rows, in the order in which they were opened, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from commands.columns import Batch, Kind, columns
from commands.watched import Watched
from core.ledger import IncidentRow
from storage.engine import Database
from storage.exporting import Stretch, incidents_after
from storage.incidents import next_id

COLUMNS: Final = columns(
    id=Kind.NUMBER,
    kind=Kind.WORD,
    integration=Kind.TEXT,
    title=Kind.TEXT,
    started=Kind.INSTANT,
    opened=Kind.INSTANT,
    acknowledged=Kind.INSTANT,
    resolved=Kind.INSTANT,
    closed=Kind.INSTANT,
    closed_as=Kind.TEXT,
    status=Kind.WORD,
    cause=Kind.WORD,
    party=Kind.WORD,
    confidence=Kind.WORD,
    headline=Kind.TEXT,
    severity=Kind.NUMBER,
    group=Kind.NUMBER,
    checks=Kind.TEXT,
)
PAGE: Final = 500


def batches(db: Database, watched: Watched, stretch: Stretch) -> Iterator[tuple[int, int, Batch]]:
    """How far the ids are, of how far they go, and rows: every incident that reaches into the stretch."""
    with db.read() as conn:
        newest = next_id(conn) - 1
    after = 0
    while True:
        with db.read() as conn:
            page = incidents_after(conn, stretch, watched.integration, after, PAGE)
        if not page:
            return
        after = page[-1].id
        yield after, newest, list(zip(*(_row(one, watched) for one in page), strict=True))


def _row(one: IncidentRow, watched: Watched) -> tuple[Any, ...]:
    verdict = one.verdict
    return (
        one.id,
        one.kind.value,
        None if one.integration is None else watched.integrations.get(one.integration),
        one.title,
        one.started_ms,
        one.opened_ms,
        one.acknowledged_ms,
        one.resolved_ms,
        one.closed_ms,
        one.closed_as,
        one.status.value,
        one.cause.value,
        verdict and verdict.party.value,
        verdict and verdict.confidence.value,
        verdict and verdict.headline,
        one.severity,
        one.group,
        " ".join("/".join(watched.checks[check]) for check in one.checks if check in watched.checks),
    )
