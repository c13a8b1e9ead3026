"""The monitor's own health, from beats, notices and the machine it runs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.ledger import IncidentRow
from core.own_health import todo
from storage.rows import NoticeRow, ProcessRow
from ui import format as fmt
from ui.reader import Reader
from ui.readings.own_health import SIZES
from ui.views.integration import Figure
from ui.views.monitor import Blind, Monitor
from ui.views.system import Life, Problem, System

CONFIGURATION: Final = "configuration"
SHOWN_ELSEWHERE: Final = frozenset({CONFIGURATION, "channels", "history", "months", SIZES})
WAITING_MANY: Final = 1_000
_TITLES: Final = {"secrets": "Missing secrets", "checks": "Checks that cannot run", "network": "Canaries", "history": "Demo history"}


def read_system(
    monitor: Monitor,
    lives: Sequence[ProcessRow],
    notices: Mapping[str, NoticeRow],
    blind: Sequence[Blind],
    about: Sequence[tuple[str, str]],
    size: int | None,
    reader: Reader,
    troubles: Sequence[IncidentRow] = (),
) -> System:
    """The whole page."""
    worker = next((row for row in lives if row.role == "worker" and row.leads), None)
    told: Mapping[str, Any] = worker.body if worker else {}
    configuration = notices.get(CONFIGURATION)
    body: Mapping[str, Any] = configuration.body if configuration else {}
    problems = tuple(_problem(problem, str(body.get("file", ""))) for problem in body.get("problems", ()) if isinstance(problem, dict))
    mark, lead, below = _answer(monitor, told, problems, troubles, reader)
    return System(
        mark=mark,
        lead=lead,
        below=below,
        figures=_figures(worker, told, size, reader),
        file=str(body.get("file", "")),
        valid=bool(body.get("valid")) if configuration else None,
        problems=problems,
        notes=tuple(_note(notice) for key, notice in sorted(notices.items()) if key not in SHOWN_ELSEWHERE),
        blind=tuple(blind),
        lives=tuple(_life(row) for row in lives),
        about=tuple(about),
    )


def _answer(
    monitor: Monitor, told: Mapping[str, Any], problems: Sequence[Problem], troubles: Sequence[IncidentRow], reader: Reader
) -> tuple[str, str, str]:
    if monitor.playing is not None:
        return "unknown", "The demo’s history is being played.", "Probing begins when it is there."
    if monitor.gone_ms is not None:
        since = (
            f"The worker was last seen {reader.ago(monitor.gone_ms)}." if monitor.gone_ms else "No worker has been seen in the last day."
        )
        if monitor.unwritable:
            return "down", "Nothing can be written.", f"{monitor.unwritable}. {since} A worker that lives keeps its results in memory."
        return "down", "Nobody is probing.", f"{since} Start it with integration-health run, or worker where it runs apart."
    if told.get("failing_since_ms"):
        return "down", "Nothing can be written.", f"{told.get('error') or 'The database refuses writes'}. Results wait in memory."
    if monitor.network_down:
        return "unknown", "Our own network is down.", "Nothing is judged until an unrelated address answers again."
    if troubles:
        worst = min(troubles, key=lambda row: row.severity)
        more = f" And {fmt.plural(len(troubles) - 1, 'other trouble')} of its own." if len(troubles) > 1 else ""
        return "degraded", f"{worst.title}.", f"{todo(worst.key)}{more}"
    if problems:
        return (
            "degraded",
            f"{fmt.plural(len(problems), 'problem')} in the configuration.",
            "Everything else goes on; the last good form of what is broken is kept.",
        )
    return "up", "The monitor is well.", "The worker beats, writes and probes on time."


def _figures(worker: ProcessRow | None, told: Mapping[str, Any], size: int | None, reader: Reader) -> tuple[Figure, ...]:
    beat = reader.ago(worker.beat_ms) if worker else "none"
    up = f"up for {fmt.lasting(reader.now_ms - worker.started_ms)}" if worker else "no worker leads"
    waiting = _number(told, "pending")
    flush = told.get("flush_ms")
    late = next(
        (told[name] for name in ("lateness_p99_ms", "late_p99_ms", "lateness_ms", "lag_ms") if isinstance(told.get(name), int | float)),
        None,
    )
    return (
        Figure("Last beat", beat, up, "" if worker else "out"),
        Figure("Checks", _said(told, "checks"), f"{_said(told, 'in_flight')} under way" if "in_flight" in told else "planned"),
        Figure("Lateness", fmt.NONE if late is None else f"{late:.0f}{fmt.GAP}ms", "from due to start"),
        Figure(
            "Waiting to be written",
            fmt.NONE if waiting is None else fmt.count(waiting),
            "results",
            "warn" if (waiting or 0) > WAITING_MANY else "",
        ),
        Figure("Newest write", fmt.NONE if not isinstance(flush, int | float) else f"{flush:.0f}{fmt.GAP}ms", "one transaction"),
        Figure("Database", fmt.NONE if size is None else fmt.size(size), "on disk" if size is not None else "kept by Postgres"),
    )


def _number(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) else None


def _said(told: Mapping[str, Any], name: str) -> str:
    value = _number(told, name)
    return fmt.NONE if value is None else fmt.count(value)


def _problem(problem: Mapping[str, Any], file: str) -> Problem:
    line = problem.get("line")
    where = f"{problem.get('file') or file}{f':{line}' if line else ''}"
    return Problem(where, str(problem.get("key") or ""), str(problem.get("message") or ""), str(problem.get("nearest") or ""))


def _note(notice: NoticeRow) -> tuple[str, str]:
    """What the worker says of itself; a sentence where it gave one, else what it noted, name by name."""
    title = _TITLES.get(notice.key, notice.key.replace("_", " ").capitalize())
    said = notice.body.get("text") or notice.body.get("message")
    if said:
        return title, str(said)
    return title, "; ".join(f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in notice.body.items())


def _plain(value: object) -> str:
    """Lists and what is named within, as words."""
    if isinstance(value, dict):
        return ", ".join(_plain(part) for part in value.values())
    return ", ".join(_plain(part) for part in value) if isinstance(value, list) else str(value)


def _life(row: ProcessRow) -> Life:
    return Life(row.role, row.host, row.pid, row.started_ms, row.beat_ms, row.leads, row.ended_ms)
