"""The month's error budget going down: each incident at its step, beside the line of even spending."""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go

from sla.portfolio import Report, Row
from ui.charts import dress
from ui.charts.thin import Floats, wall_time
from ui.words import incident

NAMED_AT_MOST: Final = 5
HEIGHT: Final = 250
WORD: Final = 18  # pixels a word takes
GAP: Final = 4
_MINUTE_MS: Final = 60_000


def burn_down(row: Row, report: Report) -> go.Figure:
    """Minutes left; what lies below nought is in the colour of trouble."""
    allowed = float(row.contract.budget.allowed) / _MINUTE_MS
    zone = report.period.zone
    moments = np.array([moment for moment, _ in row.burn_down] or [row.start_ms], np.int64)
    at = wall_time(moments, zone)
    left = np.array([allowed - spent / _MINUTE_MS for _, spent in row.burn_down] or [allowed])
    ends = wall_time(np.array([report.period.start_ms, report.period.end_ms], np.int64), zone)
    figure = go.Figure()
    even = {"color": dress.INK3, "width": 1, "dash": "2px 3px"}
    figure.add_trace(go.Scatter(x=ends, y=[allowed, 0], mode="lines", line=even, hoverinfo="skip"))
    line = {"color": dress.INK, "width": 1.8, "shape": "linear"}
    hover = f"%{{x|%-d %b %H:%M}} {zone}, %{{customdata}} UTC: %{{y:.1f}} min left<extra></extra>"
    filled = {"fill": "tozeroy", "fillcolor": dress.PALE, "customdata": dress.in_utc(moments)}
    figure.add_trace(go.Scatter(x=at, y=left, mode="lines", line=line, hovertemplate=hover, **filled))
    if (left < 0).any():
        over = _below(at, left)
        line = {"color": dress.DOWN, "width": 2.2}
        figure.add_trace(go.Scatter(x=over[0], y=over[1], mode="lines", line=line, hoverinfo="skip"))
    figure.add_hline(y=0, line={"color": dress.DOWN, "width": 1})
    lowest = min(float(left.min()), 0.0)
    margin = {"l": 52, "r": 16, "t": 14, "b": 26}
    dress.dressed(figure, HEIGHT, hovermode="closest", margin=margin)
    figure.update_xaxes(type="date", range=[float(ends[0]), float(ends[1])], tickformat="%-d %b", nticks=6)
    span = max(allowed, 1.0) - lowest
    edges = (lowest - 0.12 * span, max(allowed, 1.0) + 0.06 * span)
    _incidents(figure, row, at, left, zone, (edges[1] - edges[0]) / (HEIGHT - margin["t"] - margin["b"]))
    figure.update_yaxes(range=edges, ticksuffix=" min", nticks=5, rangemode="normal")
    return figure


def _below(at: Floats, left: Floats) -> tuple[Floats, Floats]:
    """The part of the line under nought, from the very point at which it crosses."""
    first = int(np.argmax(left < 0))
    if first == 0:
        return at, left
    share = left[first - 1] / (left[first - 1] - left[first])
    crossing = at[first - 1] + share * (at[first] - at[first - 1])
    return np.concatenate(([crossing], at[first:])), np.concatenate(([0.0], left[first:]))


def _incidents(figure: go.Figure, row: Row, at: Floats, left: Floats, zone: str, pixel: float) -> None:
    """The largest steps by name: before the middle at their right above the line, after it at their left below."""
    named = sorted((line for line in row.incidents if line.counted_ms), key=lambda line: -line.counted_ms)[:NAMED_AT_MOST]
    middle = (float(at[0]) + float(at[-1])) / 2
    for line in named:
        moment = float(wall_time(np.array([line.ended_ms or row.end_ms], np.int64), zone)[0])
        height = float(np.interp(moment, at, left))
        said = f"{incident(line.id)}, {max(1, line.counted_ms // _MINUTE_MS)} min"
        early, late = {"xanchor": "left", "xshift": 6, "yshift": 1}, {"xanchor": "right", "xshift": -6, "yshift": 0}
        place = (early if moment < middle else late) | {"yanchor": "bottom"} | _clear_of_nought(height / pixel)
        dress.note(figure, said, x=moment, y=height, color=dress.DOWN if height < 0 else dress.INK3, **place)


def _clear_of_nought(pixels: float) -> dict[str, str | float]:
    """A word just over the line of nought is lifted from it, and one that would stand across it goes below."""
    if 0 <= pixels < GAP:
        return {"yshift": GAP - pixels}
    return {"yanchor": "top", "yshift": -GAP} if -WORD - GAP < pixels < 0 else {}
