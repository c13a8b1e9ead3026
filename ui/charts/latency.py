"""Latency over time: percentiles over the single answers, trouble as bands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.health import Status
from ui import format as fmt
from ui.charts import dress
from ui.charts.thin import Floats, Ints, bucketed, thinned, wall_time
from ui.html import text

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
ANSWERS_A_BUCKET: Final = 5
BUCKETS_MS: Final = {DAY_MS: 300_000, 7 * DAY_MS: HOUR_MS, 30 * DAY_MS: 3 * HOUR_MS, 90 * DAY_MS: 12 * HOUR_MS}
FORMAT: Final = {DAY_MS: "%H:%M", 7 * DAY_MS: "%a %-d", 30 * DAY_MS: "%-d %b", 90 * DAY_MS: "%-d %b"}


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of trouble behind the lines; `incident` is where it leads."""

    start_ms: int
    end_ms: int
    status: Status
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Latencies:
    """Answers of one check over one window: instants, latencies in us, and which of them belong to an incident."""

    since_ms: int
    until_ms: int
    zone: str
    at_ms: Ints
    total_us: Ints
    marked: np.ndarray[tuple[int], np.dtype[np.bool_]]
    limit_us: int | None = None
    bands: tuple[Band, ...] = field(default=())


def latency(view: Latencies) -> go.Figure:
    """Three percentiles; over a day, the single answers behind them, thinned with every point of an incident kept."""
    window = view.until_ms - view.since_ms
    width = _width(window, len(view.at_ms))
    figure = go.Figure()
    if window > DAY_MS:
        _answers(figure, view)
    starts, values = bucketed(view.at_ms, view.total_us, view.since_ms, width, (50, 95, 99))
    at, columns = _lifted(starts, values, width)
    moments = wall_time(at, view.zone)
    dress.instants(figure, at, moments, view.zone)
    lines = ((2, "p99", dress.P99, 1.0), (1, "p95", dress.INK, 1.6), (0, "p50", dress.INK3, 1.3))
    for column, name, colour, stroke in lines:
        line = {"color": colour, "width": stroke}
        figure.add_trace(go.Scatter(x=moments, y=columns[column], name=name, mode="lines", line=line, hovertemplate="%{y:.0f} ms"))
    top = _top(view, columns)
    _names(figure, columns, top)
    _bands(figure, view)
    _ways(figure, view, width, top)
    _limit(figure, view, top)
    dress.dressed(figure, 236, margin={"l": 58, "r": 40, "t": 14, "b": 26})
    edges = wall_time(np.array([view.since_ms, view.until_ms], np.int64), view.zone)
    figure.update_xaxes(type="date", range=[float(edges[0]), float(edges[1])], tickformat=FORMAT.get(window, "%H:%M"), nticks=7)
    figure.update_yaxes(range=[0, top], nticks=5, ticksuffix=" ms")
    return figure


def _width(window: int, answers: int) -> int:
    """Buckets wide enough to hold a few answers each: a percentile of one value says nothing."""
    width = BUCKETS_MS.get(window, 300_000)
    while width < window // 12 and answers * width < ANSWERS_A_BUCKET * window:
        width *= 2
    return width


def _answers(figure: go.Figure, view: Latencies) -> None:
    """The single answers as a pale line; those within incidents as points that lead there."""
    places = thinned(view.total_us, view.marked)
    moments = wall_time(view.at_ms[places], view.zone)
    taken = (view.total_us[places] / 1000).astype(np.float32)
    figure.add_trace(go.Scatter(x=moments, y=taken, mode="lines", line={"color": dress.DNS, "width": 1}, name="single", hoverinfo="skip"))
    marked = view.marked[places]
    if marked.any():
        point = {"color": dress.DEGRADED, "size": 4}
        leads = _leads(view, view.at_ms[places][marked])
        seen: dict[str, Any] = {"mode": "markers", "marker": point, "name": "in an incident", "hovertemplate": "%{y:.0f} ms"}
        figure.add_trace(go.Scatter(x=moments[marked], y=taken[marked], customdata=leads, unselected={"marker": {"opacity": 1}}, **seen))


def _leads(view: Latencies, at_ms: Ints) -> list[int]:
    """The incident each point fell into; 0: none."""
    found = np.zeros(len(at_ms), np.int64)
    for band in view.bands:
        found[(at_ms >= band.start_ms) & (at_ms < band.end_ms)] = band.incident or 0
    return [int(number) for number in found]


def _lifted(starts: Ints, values: list[Floats], width: int) -> tuple[Ints, list[Floats]]:
    """Milliseconds, with a gap wherever buckets are missing: a line never runs across time that was not seen."""
    gaps = np.flatnonzero(np.diff(starts) > 2 * width) + 1
    at = np.insert(starts + width // 2, gaps, starts[gaps] - width // 2 if len(gaps) else np.empty(0, np.int64))
    return at, [np.insert(column / 1000, gaps, np.nan) for column in values]


def _names(figure: go.Figure, columns: list[Floats], top: float) -> None:
    """Each line is named at its end, from the top down and never over each other."""
    ends = [
        (float(column[-1]), name, colour)
        for column, name, colour in zip(columns, ("p50", "p95", "p99"), (dress.INK3, dress.INK, dress.INK3), strict=True)
        if len(column) and np.isfinite(column[-1])
    ]
    if not ends:
        return
    floor = -1.0
    for value, name, colour in sorted(ends):
        at = max(value, floor)
        dress.note(figure, name, x=1, xref="paper", y=at, xanchor="left", xshift=6, color=colour)
        floor = at + top * 0.075


def _top(view: Latencies, columns: list[Floats]) -> float:
    seen = [float(np.nanmax(column)) for column in columns if len(column) and np.isfinite(column).any()]
    if len(view.total_us) and view.until_ms - view.since_ms > DAY_MS:
        seen.append(float(view.total_us.max()) / 1000)
    highest = max(seen, default=100.0)
    near = view.limit_us is not None and view.limit_us / 1000 < highest * 2.5
    return 1.12 * max(highest, view.limit_us / 1000 if view.limit_us is not None and near else 0)


def _bands(figure: go.Figure, view: Latencies) -> None:
    """Trouble as a pale band, and a full stroke at its foot: no answer is not a latency of nought."""
    for band in view.bands:
        edges = wall_time(np.array([max(band.start_ms, view.since_ms), min(band.end_ms, view.until_ms)], np.int64), view.zone)
        colour, pale = (dress.DEGRADED, 0.22) if band.status is Status.DEGRADED else (dress.DOWN, 0.16)
        figure.add_vrect(x0=float(edges[0]), x1=float(edges[1]), fillcolor=colour, opacity=pale, line_width=0)
        if band.status is Status.DOWN:
            figure.add_shape(type="line", x0=float(edges[0]), x1=float(edges[1]), y0=2, y1=2, line={"color": colour, "width": 4})


def _ways(figure: go.Figure, view: Latencies, width: int, top: float) -> None:
    """What takes the click on a band: unseen points, because a shape takes none.

    They stand where the buckets' own points stand: of points at different instants a unified hover hears the nearest alone.
    """
    middles = np.arange(view.since_ms, view.until_ms, width, dtype=np.int64) + width // 2
    leads = np.zeros(len(middles), np.int64)
    for band in view.bands:
        touched = (middles + width // 2 > band.start_ms) & (middles - width // 2 < band.end_ms)
        leads[touched] = band.incident or 0
    led = leads > 0
    if not led.any():
        return
    unseen: dict[str, Any] = {"marker": {"opacity": 0}}
    numbers = [int(number) for number in leads[led]]
    figure.add_trace(
        go.Scatter(
            x=wall_time(middles[led], view.zone), y=np.full(led.sum(), top / 2, np.float32), mode="markers", name="incident",
            customdata=numbers, hovertemplate="INC-%{customdata}", selected=unseen, unselected=unseen, **unseen,
        )
    )  # fmt: skip


def _limit(figure: go.Figure, view: Latencies, top: float) -> None:
    if view.limit_us is None or view.limit_us / 1000 > top:
        return
    at = view.limit_us / 1000
    figure.add_hline(y=at, line={"color": dress.INK3, "width": 1, "dash": "2px 3px"})
    dress.note(figure, text(f"slow above {fmt.latency(view.limit_us)}"), x=0, xref="paper", y=at, xanchor="left", yanchor="bottom")
