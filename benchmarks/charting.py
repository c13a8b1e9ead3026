"""What a chart weighs: ninety days of a check a minute, thinned, with every point of an incident."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from core.health import Status
from ui.charts.latency import DAY_MS, Band, Latencies, latency


def main() -> None:
    """A check a minute over ninety days, with a short and a long incident."""
    since, minute = 1_787_000_000_000, 60_000
    at = np.arange(since, since + 90 * DAY_MS, minute, dtype=np.int64)
    taken = np.random.default_rng(3).integers(180_000, 320_000, len(at)).astype(np.int64)
    bands = tuple(
        Band(since + day * DAY_MS, since + day * DAY_MS + minutes * minute, Status.DEGRADED, day) for day, minutes in ((40, 30), (70, 240))
    )
    marked = np.zeros(len(at), np.bool_)
    for band in bands:
        marked |= (at >= band.start_ms) & (at < band.end_ms)
    figure = latency(Latencies(since, since + 90 * DAY_MS, "UTC", at, taken, marked, 800_000, bands))
    drawn = next(len(trace.x) for trace in figure.data if trace.name == "in an incident")
    say("90-day latency chart", len(figure.to_json()) / 1000, "<=", 65, "kB", seen=f"{len(at):,} results")
    say("points of incidents left out of it", int(marked.sum()) - drawn, "=", 0, "", seen=f"{drawn} drawn")


if __name__ == "__main__":
    main()
