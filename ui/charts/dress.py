"""The dress of every chart: drawn in the light scheme's colours, each of which `30-plotly.css` maps to its token.

(Colours chosen in Python stay until the next run, and Streamlit's own placeholders are swapped only when a chart is mounted:
after a change of theme the ink line was black on black.)
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ui.charts.thin import Floats, Ints

INK: Final = "#15181D"
INK3: Final = "#656F7E"
P99: Final = "#B4BCC8"
DNS: Final = "#C6CCD5"
CONNECT: Final = "#A7B0BD"
TLS: Final = "#818C9B"
FIRST: Final = "#3D4653"
DEGRADED: Final = "#B26A00"
DOWN: Final = "#B3123F"
PALE: Final = "rgba(120,130,145,.10)"
PHASES: Final = (DNS, CONNECT, TLS, FIRST, P99)
SHADES: Final = (INK, FIRST, INK3, TLS, CONNECT, DNS)  # for kinds without a state: darkest first, told apart by the legend

_FONT: Final = {"family": "'Source Sans', system-ui, sans-serif", "size": 12, "color": INK3}
_AXIS: Final = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "tickfont": _FONT, "fixedrange": True}
_CONFIG: Final = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def dressed(figure: go.Figure, height: int, **layout: Any) -> go.Figure:
    """Margins, fonts, axes; grid lines across only, thousands apart as everywhere."""
    base: dict[str, Any] = {
        "height": height,
        "margin": {"l": 40, "r": 40, "t": 14, "b": 26},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": _FONT,
        "separators": ".\u00a0",
        "showlegend": False,
        "hovermode": "x unified",
        "xaxis": _AXIS,
        "yaxis": {**_AXIS, "showgrid": True, "gridwidth": 1, "rangemode": "tozero", "separatethousands": True},
    }
    figure.update_layout(**(base | layout))
    return figure


def legend(figure: go.Figure) -> go.Figure:
    """Keys over the chart."""
    keys = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": _FONT, "itemwidth": 30, "traceorder": "normal"}
    figure.update_layout(showlegend=True, legend=keys | {"itemclick": False, "itemdoubleclick": False})
    return figure


def instants(figure: go.Figure, at_ms: Ints, moments: Floats, zone: str) -> None:
    """What a hover over all lines says of the time: the reader's clock with its zone, and UTC below.

    Unseen points carry UTC: an axis has one clock, and knows no zones.
    """
    figure.update_xaxes(hoverformat=f"%-d %b %H:%M {zone}")
    if zone == "UTC":
        return
    unseen: dict[str, Any] = {"marker": {"opacity": 0, "color": "rgba(0,0,0,0)"}}
    figure.add_trace(
        go.Scatter(
            x=moments, y=np.zeros(len(moments), np.int8), mode="markers", name="UTC", customdata=in_utc(at_ms), showlegend=False,
            hovertemplate="%{customdata}", selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}}, **unseen,
        )
    )  # fmt: skip


def in_utc(at_ms: Ints) -> list[str]:
    """`24 Nov 13:03`."""
    times = (datetime.fromtimestamp(int(ms) / 1000, tz=UTC) for ms in at_ms)
    return [f"{at.day} {at:%b %H:%M}" for at in times]


def note(figure: go.Figure, said: str, **place: Any) -> None:
    """A word beside a line; `said` is ours or escaped, because Plotly reads some markup."""
    colour = place.pop("color", INK3)
    figure.add_annotation(text=said, showarrow=False, font={"size": 12, "color": colour}, **place)


def draw(figure: go.Figure, key: str, says: str) -> None:
    """Put it on the page with a sentence for those who do not see it."""
    st.plotly_chart(figure, key=key, config=_CONFIG, alt=says, width="stretch")


def draw_choosable(figure: go.Figure, key: str, says: str) -> list[Any]:
    """The same, and what the reader clicked: the `customdata` of each chosen point."""
    state: Any = st.plotly_chart(figure, key=key, config=_CONFIG, alt=says, width="stretch", on_select="rerun", selection_mode="points")
    points = state["selection"]["points"] if state else []
    return [point["customdata"] for point in points if "customdata" in point]
