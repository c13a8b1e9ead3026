"""Spans as batches of rows: check after check, oldest first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from commands.columns import Batch, Kind, columns
from commands.watched import Watched
from core.ledger import SpanRow
from storage.engine import Database
from storage.exporting import Stretch, spanned, spans_after

COLUMNS: Final = columns(
    start=Kind.INSTANT,
    end=Kind.INSTANT,
    integration=Kind.TEXT,
    check=Kind.TEXT,
    location=Kind.TEXT,
    status=Kind.WORD,
    cause=Kind.WORD,
    gap_ms=Kind.NUMBER,
)
PAGE: Final = 5_000
BEFORE_ALL: Final = -(2**62)


def batches(db: Database, watched: Watched, stretch: Stretch) -> Iterator[tuple[int, int, Batch]]:
    """How many checks are done, of how many, and rows of theirs: every span that reaches into the stretch, whole."""
    with db.read() as conn:
        pairs = [pair for pair in spanned(conn) if pair[0] in watched.checks]
    pairs.sort(key=lambda pair: (watched.checks[pair[0]], watched.places[pair[1]]))
    for done, (check, place) in enumerate(pairs, start=1):
        names = (*watched.checks[check], watched.places[place])
        for page in _pages(db, check, place, stretch):
            yield done, len(pairs), _batch(page, names)


def _pages(db: Database, check: int, place: int, stretch: Stretch) -> Iterator[list[SpanRow]]:
    after = BEFORE_ALL
    while True:
        with db.read() as conn:
            page = spans_after(conn, check, place, stretch, after, PAGE)
        if not page:
            return
        yield page
        after = page[-1].start_ms


def _batch(page: Sequence[SpanRow], names: tuple[str, str, str]) -> Batch:
    return (
        [row.start_ms for row in page],
        [row.end_ms for row in page],
        *([name] * len(page) for name in names),
        [row.status.value for row in page],
        [row.cause for row in page],
        [row.gap_ms for row in page],
    )
