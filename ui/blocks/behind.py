"""The incidents behind a chart, as links: what a click on a band does, for the keyboard and without script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ui import format as fmt
from ui import words
from ui.charts.latency import Band
from ui.html import address, link
from ui.reader import Reader

SHOWN: Final = 6


def behind(bands: Sequence[Band], slug: str, reader: Reader) -> str:
    """Newest first; nothing where the window holds no incident."""
    known = sorted((band for band in bands if band.incident), key=lambda band: -band.start_ms)
    if not known:
        return ""
    shown = " · ".join(_one(band, reader) for band in known[:SHOWN])
    more = f" · {link(f'{len(known) - SHOWN} more', address('incident', integration=slug))}" if len(known) > SHOWN else ""
    return f'<p class="note behind">Incidents in the chart: {shown}{more}</p>'


def _one(band: Band, reader: Reader) -> str:
    where = link(words.incident(band.incident or 0), address("incident", id=band.incident))
    return f'{where} <span class="m">{reader.time(band.start_ms)}, {fmt.lasting(band.end_ms - band.start_ms)}</span>'
