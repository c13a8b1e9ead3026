"""Charts stay light, keep what matters, and know the reader's clock."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.health import Cause, Status
from core.ledger import IncidentKind, IncidentRow
from ui.blocks.behind import behind
from ui.charting import within
from ui.charts import dress
from ui.charts.burn import burn_down
from ui.charts.latency import DAY_MS, Band, Latencies, latency
from ui.charts.phases import PhaseTimes, phases
from ui.charts.thin import bucketed, thinned, wall_time
from ui.charts.trends import p95
from ui.reader import Reader
from ui.style import sheet
from ui.views.trends import Trends

SINCE = 1_787_000_000_000
MINUTE_MS = 60_000


def ninety_days() -> Latencies:
    at = np.arange(SINCE, SINCE + 90 * DAY_MS, MINUTE_MS, dtype=np.int64)
    taken = np.random.default_rng(3).integers(180_000, 320_000, len(at)).astype(np.int64)
    start, end = SINCE + 40 * DAY_MS, SINCE + 40 * DAY_MS + 30 * MINUTE_MS
    marked = (at >= start) & (at < end)
    taken[marked] = 2_000_000
    return Latencies(SINCE, SINCE + 90 * DAY_MS, "UTC", at, taken, marked, 800_000, (Band(start, end, Status.DEGRADED, 7),))


def test_ninety_days_of_answers_are_at_most_65_kilobytes() -> None:
    assert len(latency(ninety_days()).to_json()) <= 65_000


def test_every_point_of_an_incident_is_kept() -> None:
    view = ninety_days()
    places = thinned(view.total_us, view.marked)
    assert set(np.flatnonzero(view.marked)) <= set(places)
    assert len(places) <= 1_200 + view.marked.sum()


def test_every_band_takes_a_click_where_the_buckets_points_stand_and_leads_to_its_incident() -> None:
    view = replace(ninety_days(), bands=(*ninety_days().bands, Band(SINCE + DAY_MS, SINCE + 2 * DAY_MS, Status.DOWN, 8)))
    traces = {trace.name: trace for trace in latency(view).data}
    assert set(traces["in an incident"].customdata) == {7}
    led = traces["incident"]
    assert Counter(led.customdata) == {7: 1, 8: 2}
    assert set(led.x) <= set(traces["p95"].x)
    assert led.marker.opacity == led.selected.marker.opacity == led.unselected.marker.opacity == 0


def test_a_chart_without_trouble_leads_nowhere() -> None:
    view = replace(ninety_days(), bands=())
    assert "incident" not in {trace.name for trace in latency(view).data}


def test_an_incident_that_began_after_the_window_is_no_band_of_it() -> None:
    def row(number: int, start_ms: int, end_ms: int | None) -> IncidentRow:
        kind, cause = IncidentKind.VENDOR, Cause.SERVER_ERROR
        return IncidentRow(number, kind, 1, start_ms, start_ms, Status.DOWN, cause, (1,), None, 1, resolved_ms=end_ms)

    rows = [row(1, SINCE - 9, SINCE - 5), row(2, SINCE - 9, SINCE + 5), row(3, SINCE + 50, None), row(4, SINCE + 100, None)]
    assert [(band.incident, band.end_ms - SINCE) for band in within(rows, SINCE, SINCE + 100)] == [(2, 5), (3, 100)]


def test_the_incidents_behind_a_chart_are_links_newest_first_and_few() -> None:
    bands = [Band(SINCE + number * DAY_MS, SINCE + number * DAY_MS + MINUTE_MS, Status.DOWN, number) for number in range(1, 9)]
    markup = behind(bands, "paypal", Reader(SINCE + 9 * DAY_MS))
    assert re.findall(r"id=(\d)", markup) == ["8", "7", "6", "5", "4", "3"]
    assert 'href="/incident?integration=paypal">2 more</a>' in markup
    assert behind([], "paypal", Reader(SINCE)) == ""


def test_a_percentile_of_a_bucket_is_a_value_that_was_measured() -> None:
    at = np.array([0, 1, 2, 3, 60_000, 60_001], np.int64)
    values = np.array([40, 10, 30, 20, 7, 9], np.int64)
    starts, (p50, p95) = bucketed(at, values, 0, 60_000, (50, 95))
    assert (starts.tolist(), p50.tolist(), p95.tolist()) == ([0, 60_000], [20, 7], [40, 9])


def test_the_clock_of_the_axis_changes_with_summer_time() -> None:
    change = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000)
    at = np.array([change - 3_600_000, change, change + 3_600_000], np.int64)
    shown = [datetime.fromtimestamp(ms / 1000, tz=UTC).hour for ms in wall_time(at, "Europe/Berlin")]
    assert shown == [1, 3, 4]


def test_a_line_never_runs_across_time_that_was_not_seen() -> None:
    at = np.array([SINCE, SINCE + 300_000, SINCE + 12 * 3_600_000], np.int64)
    view = Latencies(SINCE, SINCE + DAY_MS, "UTC", at, np.array([5, 6, 7], np.int64) * 1000, np.zeros(3, np.bool_))
    lines = [trace for trace in json.loads(latency(view).to_json())["data"] if trace["name"] == "p95"]
    assert lines
    drawn = latency(view).data[-1].y
    assert np.isnan(drawn).sum() >= 1


def test_every_colour_of_a_chart_is_mapped_to_a_token() -> None:
    for colour in (dress.INK, dress.INK3, dress.P99, dress.DNS, dress.CONNECT, dress.TLS, dress.FIRST, dress.DEGRADED, dress.DOWN):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert f'stroke: rgb({red}, {green}, {blue})"' in sheet(), colour


@pytest.mark.parametrize("day", [3, 25])
def test_the_word_at_a_step_never_touches_the_line_of_nought(day: int) -> None:
    whole = 44 * MINUTE_MS
    for left_ms in range(-15 * MINUTE_MS, 10 * MINUTE_MS, 30_000):
        ended, lasted = SINCE + day * DAY_MS, whole - left_ms
        steps = ((SINCE, 0), (ended - lasted, 0), (ended, lasted), (SINCE + 30 * DAY_MS, lasted))
        step = SimpleNamespace(id=7, ended_ms=ended, counted_ms=lasted)
        row: Any = SimpleNamespace(
            contract=SimpleNamespace(budget=SimpleNamespace(allowed=whole)),
            burn_down=steps,
            start_ms=SINCE,
            end_ms=ended,
            incidents=(step,),
        )
        report: Any = SimpleNamespace(period=SimpleNamespace(zone="UTC", start_ms=SINCE, end_ms=SINCE + 30 * DAY_MS))
        figure = burn_down(row, report)
        low, high = figure.layout.yaxis.range
        (word,) = figure.layout.annotations
        foot = word.y / (high - low) * (250 - 14 - 26) + word.yshift - (18 if word.yanchor == "top" else 0)
        assert foot >= 1 or foot + 18 <= -1, left_ms


def test_a_hover_says_the_time_in_the_readers_zone_and_in_utc() -> None:
    view = replace(ninety_days(), zone="Asia/Tokyo")
    figure = latency(view)
    assert figure.layout.xaxis.hoverformat == "%-d %b %H:%M Asia/Tokyo"
    (utc,) = (trace for trace in figure.data if trace.name == "UTC")
    moment = datetime.fromtimestamp(float(utc.x[0]) / 1000, tz=UTC) - timedelta(hours=9)
    assert utc.customdata[0] == f"{moment.day} {moment:%b %H:%M}"
    assert set(utc.x) == set(next(trace for trace in figure.data if trace.name == "p95").x)
    assert utc.marker.opacity == utc.selected.marker.opacity == utc.unselected.marker.opacity == 0


def test_the_phases_say_both_times_too() -> None:
    at = np.arange(SINCE, SINCE + DAY_MS, MINUTE_MS, dtype=np.int64)
    figure = phases(PhaseTimes(SINCE, SINCE + DAY_MS, "Asia/Tokyo", at, tuple(np.full(len(at), 1_000, np.int64) for _ in range(5))))
    bars = [set(trace.x) for trace in figure.data if trace.type == "bar"]
    (utc,) = (trace for trace in figure.data if trace.name == "UTC")
    assert all(bar == set(utc.x) for bar in bars)
    assert not utc.showlegend


@pytest.mark.parametrize("number", [1, 2, 12, 18])
def test_the_names_of_categories_stand_apart_and_beside_the_chart(number: int) -> None:
    days = tuple(DAY_MS * day for day in range(3))
    lines = {f"c{place}": (100_000, 4_000_000 if place == 0 else None, 90_000 + 1_000 * place) for place in range(number)}
    figure = p95(Trends(days, {}, {}, {}, lines)).to_plotly_json()["layout"]
    (low, high), heights = figure["yaxis"]["range"], [note["y"] for note in figure["annotations"]]
    assert len(heights) == number
    assert all(low - 1e-9 <= height <= high for height in heights)
    assert all(above - below >= (high - low) / 18 - 1e-9 for above, below in pairwise(heights))


def test_a_month_without_answers_is_an_empty_chart() -> None:
    figure = p95(Trends((0, DAY_MS), {}, {}, {}, {"storage": (None, None)})).to_plotly_json()
    assert "annotations" not in figure["layout"]
