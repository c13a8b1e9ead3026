"""How the monitor keeps up, in words: from the newest beat, and from what the database knows without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.ledger import IncidentRow
from core.own_health import seconds, todo
from core.own_measures import MEASURES, STORED, Measure, Unit, is_wrong
from storage.own import OwnRows
from storage.rows import NoticeRow, ProcessRow
from ui import format as fmt
from ui.reader import Reader
from ui.views.own_health import Call, Curve, Line, OwnHealth, SlowCheck, Trouble

SIZES: Final = "database"  # the notice that holds the database's size by the hour
STALE_MS: Final = 10_000
_FULL: Final = 1.0


def read_own_health(
    worker: ProcessRow | None,
    rows: OwnRows,
    troubles: Sequence[IncidentRow],
    notices: Mapping[str, NoticeRow],
    size: int,
    reader: Reader,
) -> OwnHealth:
    """The section; figures of a worker that beats no more are not shown as if they were of now."""
    fresh = worker is not None and reader.now_ms - worker.beat_ms <= STALE_MS
    told: Mapping[str, Any] = worker.body if worker is not None and fresh else {}
    known = {
        **told,
        "dead_letters": rows.dead_letters,
        "unsent_ms": 0 if rows.unsent_ms is None else max(0, reader.now_ms - rows.unsent_ms),
        "database_bytes": size,
    }
    return OwnHealth(
        troubles=tuple(_trouble(row) for row in troubles),
        lines=tuple(_line(measure, known.get(measure.key)) for measure in (*MEASURES, *STORED)),
        curves=(*_lateness(told), *_sizes(notices)),
        slow=_slow(told),
        call=_call(told.get("deadman"), reader, fresh=fresh),
    )


def _trouble(row: IncidentRow) -> Trouble:
    says = row.verdict.facts[0].sentence if row.verdict and row.verdict.facts else ""
    return Trouble(row.id, row.title, says, todo(row.key), row.started_ms)


def _line(measure: Measure, value: object) -> Line:
    number = value if isinstance(value, int | float) else None
    wrong = is_wrong(measure, number)
    share = None
    if number is not None and measure.limit and not measure.below:
        share = min(_FULL, number / measure.limit)
    return Line(measure.label, _said(measure, number), measure.fine, measure.means, measure.todo, wrong, number is not None, share)


def _said(measure: Measure, number: float | None) -> str:
    if number is None:
        return "not known"
    if measure.unit is Unit.BYTES:
        return f"-{fmt.size(-round(number))}" if number < 0 else fmt.size(round(number))
    if measure.unit is Unit.COUNT:
        return fmt.count(round(number))
    return f"{round(number)}{fmt.GAP}ms" if number < 1_000 else seconds(round(number)).replace(" ", fmt.GAP)


def _lateness(told: Mapping[str, Any]) -> list[Curve]:
    minutes = _pairs(told.get("lateness_minutes"))
    known = [late for _, late in minutes if late is not None]
    if len(known) < 2:
        return []
    says = f"At most {round(max(known))}{fmt.GAP}ms in the last {fmt.plural(len(minutes), 'minute')}."
    return [Curve("Lateness, worst", says, tuple(late for _, late in minutes))]


def _sizes(notices: Mapping[str, NoticeRow]) -> list[Curve]:
    points = _pairs(notices[SIZES].body.get("points")) if SIZES in notices else []
    sizes = [size for _, size in points if size is not None]
    if len(sizes) < 2:
        return []
    lasted = fmt.lasting(points[-1][0] - points[0][0])
    return [Curve("Database", f"From {fmt.size(sizes[0])} to {fmt.size(sizes[-1])} in {lasted}.", tuple(sizes))]


def _pairs(said: object) -> list[tuple[int, int | None]]:
    """Pairs of an instant and a number, as a beat or a notice holds them."""
    return [(one[0], one[1]) for one in said if isinstance(one, list) and len(one) == 2] if isinstance(said, list) else []


def _slow(told: Mapping[str, Any]) -> tuple[SlowCheck, ...]:
    said = told.get("slowed")
    return tuple(
        SlowCheck(str(one["check"]), fmt.interval(one["configured_ms"]), seconds(one["achieved_ms"]).replace(" ", fmt.GAP))
        for one in (said if isinstance(said, list) else ())
    )


def _call(said: object, reader: Reader, *, fresh: bool) -> Call:
    if not fresh:
        return Call("unknown", "No worker lives, so nobody is called.")
    if not isinstance(said, Mapping) or not said:
        return Call("unknown", "Nobody outside would miss this machine: DEADMAN_URL names somebody to call while the worker is well.")
    host = said.get("host") or "somebody outside"
    if said.get("held"):
        return Call("down", f"Not called now, so that {host} raises the alarm: {said['held']}.")
    if said.get("failing_ms"):
        return Call("degraded", f"{host} has not been reached since {reader.plain(said['failing_ms'])}: {said.get('error')}.")
    if said.get("ok_ms"):
        return Call("up", f"{host} was called {reader.ago(said['ok_ms'])}.")
    return Call("unknown", f"{host} is called soon.")
