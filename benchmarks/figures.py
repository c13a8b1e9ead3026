"""A figure beside its goal: printed where it is measured, and kept for docs/benchmarks.md."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

KEPT_IN: Final = "FIGURES"  # the variable that names the file to append to; `make bench` sets it
Sign = Literal["<=", ">=", "="]


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. `unit` is "x" for a ratio of two measurements of one run; `seen` says from what it was made."""

    what: str
    value: float
    sign: Sign
    goal: float
    unit: str
    seen: str

    @property
    def held(self) -> bool:
        return {"<=": self.value <= self.goal, ">=": self.value >= self.goal, "=": self.value == self.goal}[self.sign]


def say(what: str, value: float, sign: Sign, goal: float, unit: str = "x", *, seen: str = "") -> Figure:
    """Print a figure and keep it."""
    figure = Figure(what, value, sign, goal, unit, seen)
    measured, promised = written(value, unit), written(goal, unit)
    print(f"{'held  ' if figure.held else 'MISSED'} {what}: {measured} (goal {sign} {promised}){f'; {seen}' if seen else ''}", flush=True)
    if kept_in := os.environ.get(KEPT_IN):
        with Path(kept_in).open("a") as file:
            file.write(json.dumps(asdict(figure)) + "\n")
    return figure


def written(value: float, unit: str) -> str:
    """`1.31x`, `4.2 ms`, `152,000 rows/s`, `0`."""
    digits = 0 if value >= 100 or value == int(value) else 2
    return f"{value:,.{digits}f}" + (unit if unit in ("x", "%", "") else f" {unit}")


def read(path: Path) -> list[Figure]:
    """Everything kept in a file, in order."""
    return [Figure(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []
