"""Where the time of an answer goes: the median of each phase in twelve bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from ui.charts import dress
from ui.charts.latency import FORMAT
from ui.charts.thin import Ints, bucketed, wall_time

NAMES: Final = ("DNS", "Connect", "TLS", "First byte", "Transfer")


@dataclass(frozen=True, slots=True)
class PhaseTimes:
    """Phases of one check's answers, in us; -1 where one is hidden."""

    since_ms: int
    until_ms: int
    zone: str
    at_ms: Ints
    columns: tuple[Ints, ...]  # dns, connect, tls, first byte, transfer


def phases(view: PhaseTimes) -> go.Figure:
    """The median of each phase in twelve bars."""
    width = (view.until_ms - view.since_ms) // 12
    figure = go.Figure()
    at = view.since_ms + width * np.arange(12, dtype=np.int64) + width // 2
    dress.instants(figure, at, wall_time(at, view.zone), view.zone)
    for name, column, colour in zip(NAMES, view.columns, dress.PHASES, strict=True):
        known = column >= 0
        starts, (middle,) = bucketed(view.at_ms[known], column[known], view.since_ms, width, (50,))
        moments = wall_time(starts + width // 2, view.zone)
        fill = {"color": colour, "line": {"width": 0}}
        figure.add_trace(go.Bar(x=moments, y=middle / 1000, name=name, marker=fill, hovertemplate="%{y:.0f} ms"))
    dress.dressed(figure, 236, barmode="stack", bargap=0.28, margin={"l": 52, "r": 4, "t": 14, "b": 26})
    edges = wall_time(np.array([view.since_ms, view.until_ms], np.int64), view.zone)
    window = view.until_ms - view.since_ms
    figure.update_xaxes(type="date", range=[float(edges[0]), float(edges[1])], tickformat=FORMAT.get(window, "%H:%M"), nticks=5)
    figure.update_yaxes(nticks=4, ticksuffix=" ms")
    return dress.legend(figure)
