"""Lines drawn as masks: a sparkline and the small budget line, one element each, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

_HEAD = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {w} {h}' preserveAspectRatio='none'%3E"
    "%3Cpath d='{d}' fill='none' stroke='%23000' stroke-width='{s}' "
    "stroke-linejoin='round' vector-effect='non-scaling-stroke'/%3E%3C/svg%3E"
)


def mask(points: Sequence[tuple[float, float] | None], width: int, height: int, stroke: float) -> str:
    """The value of `--s`: a path through the points, lifted where one is None."""
    steps: list[str] = []
    down = False
    for point in points:
        if point is None:
            down = False
            continue
        steps.append(f"{'L' if down else 'M'}{point[0]:.3g},{point[1]:.3g}")
        down = True
    return f"url(&quot;{_HEAD.format(w=width, h=height, d=''.join(steps), s=stroke)}&quot;)"


def sparkline(values: Sequence[int | None], kind: str = "") -> str:
    """From nought to twice the usual, so that calm is flat and trouble rises; nothing where nothing answered."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or not any(known):
        return ""
    top = max(2 * median(known), 1)
    wide = len(values) - 1
    points = [None if value is None else (56 * place / wide, 15.2 - 14.4 * min(value / top, 1)) for place, value in enumerate(values)]
    return f'<i class="spk{f" {kind}" if kind else ""}" aria-hidden="true" style="--s:{mask(points, 56, 16, 1.25)}"></i>'
