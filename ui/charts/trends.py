"""Trends as charts: failures by cause and by integration as stacked bars, p95 by category as lines; a bar leads to its incidents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import log10
from typing import Final

import plotly.graph_objects as go

from ui.charts import dress
from ui.html import text
from ui.views.trends import Trends
from ui.words import CAUSE

SHADES: Final = len(dress.SHADES)
LABELS: Final = 18  # so many names find room one above the other


def failures(days: Sequence[int], counts: Mapping[str, Sequence[int]], keys: Mapping[str, str]) -> go.Figure:
    """One bar a day, a shade for each kind; `keys` are what a chosen part of a bar answers with."""
    figure = go.Figure()
    at = [_day(day) for day in days]
    for number, (name, line) in enumerate(counts.items()):
        fill = {"color": dress.SHADES[number % SHADES], "line": {"width": 0}}
        told = [[day, keys[name]] for day in at]
        figure.add_trace(go.Bar(x=at, y=line, name=text(name), marker=fill, customdata=told, hovertemplate="%{y}"))
    dress.dressed(figure, 260, barmode="stack", bargap=0.22, margin={"l": 40, "r": 4, "t": 30, "b": 26})
    figure.update_xaxes(type="date", tickformat="%-d %b", nticks=8)
    most = max((sum(found) for found in zip(*counts.values(), strict=True)), default=0)
    figure.update_yaxes(nticks=5, range=[0, max(1, most) * 1.06])
    return dress.legend(figure)


def by_cause(view: Trends) -> go.Figure:
    """Six causes by name, the rest together."""
    shown = list(view.by_cause.items())
    kept = shown[: SHADES - 1] if len(shown) > SHADES else shown
    rest = [sum(line[day] for _, line in shown[len(kept) :]) for day in range(len(view.days))]
    counts = {CAUSE[cause].word: line for cause, line in kept} | ({"others": tuple(rest)} if any(rest) else {})
    keys = {CAUSE[cause].word: f"cause:{cause}" for cause, _ in kept} | {"others": ""}
    return failures(view.days, counts, keys)


def by_integration(view: Trends) -> go.Figure:
    """Those with the most, the rest together."""
    counts = {view.names.get(slug, slug): line for slug, line in view.by_integration.items()}
    keys = {view.names.get(slug, slug): f"integration:{slug}" if slug else "" for slug in view.by_integration}
    return failures(view.days, counts, keys)


def p95(view: Trends) -> go.Figure:
    """A line for each category, named at its end; the slowest is the darkest. A log axis: a cache and a payment are far apart."""
    figure = go.Figure()
    at = [_day(day) for day in view.days]
    lines = sorted(view.p95_us.items(), key=lambda item: -(_last(item[1]) or 0))
    for number, (category, line) in enumerate(lines):
        colour = dress.SHADES[min(number, SHADES - 3)]
        shown = [None if value is None else value / 1000 for value in line]
        stroke = {"color": colour, "width": 1.8 if number == 0 else 1.2}
        figure.add_trace(go.Scatter(x=at, y=shown, name=text(category), mode="lines", line=stroke, hovertemplate="%{y:.0f} ms"))
    low, high = _reach([value for _, line in lines for value in line if value])
    ends = [(category, log10(last / 1000)) for category, line in lines if (last := _last(line))]
    for (category, _), height in zip(ends, _apart([end for _, end in ends], (high - low) / LABELS, low), strict=True):
        dress.note(figure, text(category), x=1, xref="paper", y=height, xanchor="left", xshift=8, color=dress.INK3)
    dress.dressed(figure, 300, margin={"l": 44, "r": 150, "t": 14, "b": 26})
    figure.update_xaxes(type="date", tickformat="%-d %b", nticks=8)
    ticks = [step * 10**power for power in range(-1, 6) for step in ((1, 2, 5) if high - low < 1.2 else (1, 3))]
    named = [f"{tick:,g} ms".replace(",", "\u202f") for tick in ticks]
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=named, range=[low, high])
    return figure


def _reach(values_us: Sequence[int]) -> tuple[float, float]:
    """From where to where the log axis goes, in powers of ten of a millisecond."""
    low, high = log10(min(values_us, default=100_000) / 1000), log10(max(values_us, default=100_000) / 1000)
    return low - 0.1, max(high, low + 0.3) + 0.1


def _apart(wanted: Sequence[float], gap: float, floor: float) -> list[float]:
    """Heights as near to those wanted (highest first) as labels with a gap between them can be, none below the floor."""
    heights: list[float] = []
    for height in wanted:
        heights.append(min(height, heights[-1] - gap) if heights else height)
    return [max(height, floor + gap * (len(heights) - 1 - place)) for place, height in enumerate(heights)]


def _last(line: Sequence[int | None]) -> int | None:
    return next((value for value in reversed(line) if value is not None), None)


def _day(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, tz=UTC):%Y-%m-%d}"
