"""The wall as it is drawn, kept by version, minute and filter: a rerun in which nothing changed builds nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ui import data
from ui.blocks import wall as blocks
from ui.html import Block, block
from ui.kept import kept
from ui.reader import Reader
from ui.readings.corrections import by_integration
from ui.readings.wall import Filter, read_wall
from ui.readings.watch import read_watch
from ui.views.wall import Wall


@dataclass(frozen=True, slots=True)
class DrawnWall:
    """The view, and its sections as ready blocks."""

    view: Wall
    answer: Block
    above: Block | None  # None: nobody is to look at anything
    table: tuple[Block, ...]
    checks: int


@kept(32)
def wall(key: tuple[int, ...], reader: Reader, filters: Filter, opened: frozenset[str]) -> DrawnWall:
    """`reader` is as of a whole minute: ages on the page change once a minute."""
    summaries = data.summaries(key)
    planned = {ident: window.end_ms for window in data.maintenance(reader.now_ms) for ident in window.integrations or ()}
    watch = read_watch(summaries, data.signals(key), reader)
    view = read_wall(
        summaries,
        reader,
        watch=watch,
        filters=filters,
        opened=opened,
        planned=planned,
        last=data.last_incident(key),
        laid=by_integration(data.corrections(key)),
    )
    above = blocks.attention(view.troubles, reader) + blocks.watch(view.watch)
    checks = sum(len(one.plan.checks) for one in summaries)
    return DrawnWall(
        view, block(blocks.answer(view.answer)), block(above) if above else None, tuple(map(block, blocks.table(view, reader))), checks
    )
