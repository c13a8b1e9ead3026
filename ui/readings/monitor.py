"""The monitor's own state in words: which single banner a page shows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from core.ledger import IncidentKind
from storage.rows import IncidentLine, NoticeRow
from ui import format as fmt
from ui.blocks.parts import Banner, Ground
from ui.html import address, link, outside
from ui.reader import Reader
from ui.views.monitor import Blind, Monitor

SAID_FOR_MS: Final = 24 * 3_600_000


def newest_blind(lines: Iterable[IncidentLine], now_ms: int) -> Blind | None:
    """The newest stretch without sight that is worth a banner: under way, or over for less than a day."""
    for blind in blind_periods(lines):
        if blind.end_ms is None or now_ms - blind.end_ms < SAID_FOR_MS:
            return blind
    return None


def blind_periods(lines: Iterable[IncidentLine]) -> list[Blind]:
    """Newest first."""
    rows = [line.incident for line in lines if line.incident.kind is IncidentKind.BLIND]
    return [Blind(row.started_ms, row.resolved_ms or row.closed_ms, row.title, row.id) for row in rows]


def banner(view: Monitor, reader: Reader) -> Banner | None:
    """Never more than one: the demo's history being played, then nobody probes, then our network, then demo, then blind.

    Whatever a demo's page says, it says that its data are made up.
    """
    if view.playing is not None:
        return _playing(*view.playing)
    wrong = _wrong(view, reader)
    if wrong is not None:
        return replace(wrong, means=f"{wrong.means} This is demo data.") if view.demo else wrong
    if view.demo:
        return _demo()
    return None if view.blind is None or view.blind.end_ms is None else _blind(view.blind, view.blind.end_ms, reader)


def _wrong(view: Monitor, reader: Reader) -> Banner | None:
    """What keeps us from judging at this moment."""
    if view.gone_ms is not None:
        return _gone(view.gone_ms, view.unwritable, reader)
    return _network(view.blind, reader) if view.blind is not None and view.blind.end_ms is None else None


def _gone(since_ms: int, unwritable: str, reader: Reader) -> Banner:
    where = link("The monitor’s own health", address("system"))
    if not since_ms:
        return Banner("eye", "Nobody probes yet.", "The worker has not started. Nothing below is judged until it does.", where)
    why = f" Nothing can be written: {unwritable}." if unwritable else ""
    said = f"The worker was last seen at {reader.plain(since_ms)}, {reader.ago(since_ms)}. What you see is as of then.{why}"
    return Banner("eye", "Nobody is probing.", said, where, Ground.PATH)


def _network(blind: Blind, reader: Reader) -> Banner:
    said = f"{blind.why or 'No canary answers'} since {reader.plain(blind.start_ms)}. Probing goes on, and judging resumes by itself."
    return Banner("net", "Our own network.", said, link("What is known", address("system")), Ground.PATH)


def _blind(blind: Blind, end_ms: int, reader: Reader) -> Banner:
    what = f"The monitor was blind from {reader.plain(blind.start_ms)} to {reader.plain(end_ms)}."
    said = f"{_those(end_ms - blind.start_ms)} unknown: neither up nor down, and left out of every percentage."
    return Banner("eye", what, said, link("What happened", address("system")))


def _those(ms: int) -> str:
    """`Those 18 min are`; one of a thing is not `those`."""
    lasted = fmt.lasting(ms)
    return {f"1{fmt.GAP}min": "That minute is", f"1{fmt.GAP}h": "That hour is", f"1{fmt.GAP}s": "That second is"}.get(
        lasted, f"Those {lasted} are"
    )


def _playing(done: int, total: int) -> Banner:
    return Banner(
        "flask", "Demo data.", f"Ninety days of history are being played: {done} of {total} days so far. Pages fill as they come."
    )


def _demo() -> Banner:
    """The lab's own Slack shows what was said; its address comes from the demo that started us."""
    slack = outside("What its Slack was told", os.environ.get("LAB_URL"))
    return Banner(
        "flask", "Demo data.", "These vendors are simulated, and their ninety days were played through the real judge.", slack or ""
    )


def played(notice: NoticeRow | None) -> tuple[int, int] | None:
    """How far the demo's history is; None where none is being played."""
    if notice is None or not all(isinstance(notice.body.get(name), int) for name in ("done", "total")):
        return None
    return int(notice.body["done"]), int(notice.body["total"])
