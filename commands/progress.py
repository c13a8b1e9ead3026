"""A progress bar on stderr where a person watches; nothing where nobody does."""

from __future__ import annotations

import sys
import time
from typing import Final

WIDTH: Final = 30


class Progress:
    """`step(done)` as often as one likes; it is drawn ten times a second at most."""

    def __init__(self, what: str, total: int = 1) -> None:
        self._what, self._total = what, max(1, total)
        self._drawn = 0.0
        self._shown = sys.stderr.isatty()

    def step(self, done: int) -> None:
        now = time.monotonic()
        if self._shown and (now - self._drawn > 0.1 or done >= self._total):
            self._drawn = now
            filled = WIDTH * done // self._total
            sys.stderr.write(f"\r{self._what} [{'#' * filled}{'.' * (WIDTH - filled)}] {100 * done // self._total} %")
            sys.stderr.flush()

    def step_of(self, done: int, total: int) -> None:
        """Where only the work itself knows how much there is."""
        self._total = max(1, total)
        self.step(done)

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\n")
