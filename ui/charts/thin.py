"""Fewer points for the same picture: M4 keeps the first, last, lowest and highest of each pixel column, and the marked ones stay."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from tsdownsample import M4Downsampler

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

POINTS = 1_200


def thinned(values: npt.NDArray[Any], kept: npt.NDArray[np.bool_] | None = None, points: int = POINTS) -> Ints:
    """The places to draw, in order: at most `points`, and every one of `kept` beside them."""
    if len(values) <= points:
        return np.arange(len(values), dtype=np.int64)
    m4 = M4Downsampler()  # type: ignore[no-untyped-call]  # it ships no types
    chosen = m4.downsample(np.ascontiguousarray(values, dtype=np.float64), n_out=points // 4 * 4)
    marked = np.flatnonzero(kept) if kept is not None else np.empty(0, np.int64)
    found: Ints = np.union1d(chosen.astype(np.int64), marked.astype(np.int64))
    return found


def wall_time(at_ms: Ints, zone: str) -> Floats:
    """Instants as Plotly's date axis wants them: it knows no zones, so the reader's offset is added, with its changes within."""
    if not len(at_ms):
        return np.empty(0, np.float64)
    edges = np.array(_changes(int(at_ms[0]), int(at_ms[-1]), zone), np.int64)
    offsets = np.array([_offset(int(edge), zone) for edge in edges], np.int64)
    shifted: Floats = (at_ms + offsets[np.searchsorted(edges, at_ms, side="right") - 1]).astype(np.float64)
    return shifted


def _offset(ms: int, zone: str) -> int:
    offset = datetime.fromtimestamp(ms / 1000, tz=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() * 1000) if offset else 0


def _changes(first: int, last: int, zone: str) -> list[int]:
    """The first instant, and each at which the offset changes up to the last, to the minute."""
    found = [first]
    step = 86_400_000
    for low in range(first, last, step):
        high = min(low + step, last)
        if _offset(low, zone) == _offset(high, zone):
            continue
        while high - low > 60_000:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(middle, zone) == _offset(low, zone) else (low, middle)
        found.append(high)
    return found


def bucketed(at_ms: Ints, values: Ints, since_ms: int, width_ms: int, percents: tuple[int, ...]) -> tuple[Ints, list[Floats]]:
    """Nearest-rank percentiles of each bucket that has a value: starts, then one array for each percentile."""
    if not len(at_ms):
        return np.empty(0, np.int64), [np.empty(0, np.float64) for _ in percents]
    bucket = (at_ms - since_ms) // width_ms
    order = np.lexsort((values, bucket))
    found, first, count = np.unique(bucket[order], return_index=True, return_counts=True)
    ordered = values[order]
    ranks = [first + np.maximum(1, -(-percent * count // 100)) - 1 for percent in percents]
    return since_ms + found.astype(np.int64) * width_ms, [ordered[rank].astype(np.float64) for rank in ranks]
