"""The promises of a month as a file; reads only."""

from __future__ import annotations

import time
from difflib import get_close_matches
from pathlib import Path

from commands.files import written
from commands.output import say
from commands.progress import Progress
from commands.reading import reading
from core.calendar import Period, parse_period
from core.exits import Exit, Refusal
from settings import Settings
from sla.books import month_report
from sla.formats import Format, formats
from sla.portfolio import Report
from sla.sentence import headline
from storage.engine import Database
from storage.readings import MonthBooks

READABLE = ("text/", "application/json")  # any other form spoils a terminal


def report(settings: Settings, month: str, form: str, out: Path | None, zone: str | None) -> Exit:
    """`month` is YYYY-MM, or YYYY-Qn for a quarter. Raises Refusal with one sentence for anything that makes no sense."""
    now_ms = time.time_ns() // 1_000_000
    asked, made_of = _period(month, zone or settings.timezone, now_ms), _form(form, out)
    with reading(settings) as db:
        found = _read(db, asked, now_ms)
    with written(out) as file:
        file.write(made_of.render(found))
    if out is not None:
        say(headline(found))
    return Exit.OK


def _read(db: Database, asked: Period, now_ms: int) -> Report:
    bar: Progress | None = None

    def step(done: int, total: int) -> None:
        nonlocal bar
        bar = bar or Progress(asked.label, total)
        bar.step(done)

    found = month_report(MonthBooks(db, step=step), asked, now_ms)
    if bar is not None:
        bar.end()
    return found


def _period(key: str, zone: str, now_ms: int) -> Period:
    try:
        asked = parse_period(key, zone)
    except (ValueError, OverflowError) as error:
        raise Refusal(Exit.USAGE, f"{error}.") from None
    if asked.start_ms > now_ms:
        raise Refusal(Exit.USAGE, f"{asked.label} has not begun yet.")
    return asked


def _form(name: str, out: Path | None) -> Format:
    found = formats().get(name.lower())
    if found is None:
        near = get_close_matches(name.lower(), formats(), 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refusal(Exit.USAGE, f"There is no form called {name[:40]!r}; there are {', '.join(formats())}.{hint}")
    if out is None and not found.media_type.startswith(READABLE):
        raise Refusal(Exit.USAGE, f"{found.name} is not for reading on a terminal: say --out FILE, or --out - to pipe it on.")
    return found
