"""A warning that would be said every second: said at once, then once a minute while its cause lasts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 60.0


class Seldom:
    """One for each thing that can go on failing; for one thread."""

    def __init__(self, log: logging.Logger, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._monotonic = monotonic
        self._said_at: float | None = None

    def warn(self, words: str, *given: object) -> None:
        now = self._monotonic()
        if self._said_at is None or now - self._said_at >= EVERY_S:
            self._said_at = now
            self._log.warning(words, *given)

    def over(self, words: str) -> None:
        """It works again; said where the failure was."""
        if self._said_at is not None:
            self._said_at = None
            self._log.info(words)
