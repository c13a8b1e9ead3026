"""Single results as CSV, oldest first; reads only."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from commands.files import written
from commands.output import say
from commands.progress import Progress
from commands.reading import reading
from commands.result_lines import Source, write_lines
from core.exits import Exit, Refusal
from settings import Settings
from storage import catalogue
from storage.codes import DAY_MS
from storage.engine import Database
from storage.rows import IntegrationRow
from storage.timeline import oldest

DAYS: Final = 30


def export(settings: Settings, out: Path, since: str | None, until: str | None, integration: str | None) -> Exit:
    """`since` and `until` are UTC days; `until` itself is not in it. Raises Refusal with one sentence."""
    now_ms = time.time_ns() // 1_000_000
    start = _day(since, "--since") if since else (now_ms // DAY_MS - DAYS) * DAY_MS
    end = min(_day(until, "--until") if until else now_ms, now_ms)
    if start >= end:
        raise Refusal(Exit.USAGE, "There is no day between --since and --until that has begun.")
    with reading(settings) as db:
        sources = _sources(db, integration)
        start = max(start, min((source.first_ms for source in sources), default=end))
        bar = Progress("Exporting", -(-end // DAY_MS) - start // DAY_MS)
        with written(out) as file:
            count = write_lines(file, db, sources, start, end, bar.step)
        bar.end()
    say(f"{count} {'result' if count == 1 else 'results'}.")
    return Exit.OK


def _day(word: str, option: str) -> int:
    try:
        day = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(Exit.USAGE, f"{option} takes a UTC day such as 2026-11-24, not {word[:40]!r}.") from None
    return int(day.timestamp()) * 1000


def _sources(db: Database, slug: str | None) -> list[Source]:
    """Every check that has a result, removed ones too, at every place."""
    with db.read() as conn:
        rows = catalogue.integrations(conn, archived=True)
        chosen = rows if slug is None else [_named(rows, slug)]
        places = {ident: name for name, ident in catalogue.locations(conn).items()}
        first = oldest(conn, [check.plan.id for row in chosen for check in row.checks])
    names = {check.plan.id: (row.plan.slug, check.plan.slug) for row in chosen for check in row.checks}
    found = [Source(check, place, (*names[check], places[place]), at) for (check, place), at in first.items()]
    return sorted(found, key=lambda source: source.names)


def _named(rows: Sequence[IntegrationRow], slug: str) -> IntegrationRow:
    found = next((row for row in rows if row.plan.slug == slug), None)
    if found is None:
        near = get_close_matches(slug, [row.plan.slug for row in rows], 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refusal(Exit.USAGE, f"There is no integration called {slug[:100]!r}.{hint}")
    return found
