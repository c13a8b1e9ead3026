"""Single results, spans or incidents as a file for other programs; reads only."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, Final

from commands import incident_lines, result_lines, span_lines
from commands.files import STDOUT, written
from commands.forms import FORMS
from commands.output import answer_json, say
from commands.progress import Progress
from commands.reading import reading
from commands.watched import watched
from core.display import plural
from core.exits import Exit, Refusal
from settings import Settings
from storage.codes import DAY_MS
from storage.engine import Database
from storage.exporting import Stretch

DAYS: Final = 30
KINDS: Final[dict[str, ModuleType]] = {"results": result_lines, "spans": span_lines, "incidents": incident_lines}


def export(
    settings: Settings,
    out: Path,
    since: str | None,
    until: str | None,
    integration: str | None,
    *,
    what: str = "results",
    form: str | None = None,
    as_json: bool = False,
) -> Exit:
    """`since` and `until` are UTC days; `until` itself is not in it. Raises Refusal with one sentence."""
    what = _one_of(what, list(KINDS), "--what")
    form = _one_of(form or ("parquet" if out.suffix.lower() == ".parquet" else "csv"), list(FORMS), "--format")
    if as_json and out == STDOUT:
        raise Refusal(Exit.USAGE, "--json answers on standard output, where the rows would go: name a file.")
    stretch = _stretch(since, until, time.time_ns() // 1_000_000)
    with reading(settings) as db, written(out) as file:
        count = _write(file, db, integration, stretch, what, form)
    if as_json:
        answer_json({"file": out, "what": what, "format": form, "rows": count, "bytes": out.stat().st_size, **_days(stretch)})
    else:
        say(f"{plural(count, what.removesuffix('s'))}.")
    return Exit.OK


def _write(file: BinaryIO, db: Database, slug: str | None, stretch: Stretch, what: str, form: str) -> int:
    kind, chosen = KINDS[what], watched(db, slug)
    into, bar, count = FORMS[form](file, kind.COLUMNS), Progress("Exporting"), 0
    for done, of, batch in kind.batches(db, chosen, stretch):
        into.add(batch)
        count += len(batch[0])
        bar.step_of(done, of)
    into.end()
    bar.end()
    return count


def _one_of(word: str, known: list[str], option: str) -> str:
    if word.lower() not in known:
        near = get_close_matches(word.lower(), known, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refusal(Exit.USAGE, f"{option} takes {', '.join(known)}, not {word[:40]!r}.{hint}")
    return word.lower()


def _stretch(since: str | None, until: str | None, now_ms: int) -> Stretch:
    start = _day(since, "--since") if since else (now_ms // DAY_MS - DAYS) * DAY_MS
    end = min(_day(until, "--until") if until else now_ms, now_ms)
    if start >= end:
        raise Refusal(Exit.USAGE, "There is no day between --since and --until that has begun.")
    return Stretch(start, end)


def _day(word: str, option: str) -> int:
    try:
        day = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Refusal(Exit.USAGE, f"{option} takes a UTC day such as 2026-11-24, not {word[:40]!r}.") from None
    return int(day.timestamp()) * 1000


def _days(stretch: Stretch) -> dict[str, datetime]:
    return {name: datetime.fromtimestamp(ms / 1000, UTC) for name, ms in (("since", stretch.since_ms), ("until", stretch.until_ms))}
