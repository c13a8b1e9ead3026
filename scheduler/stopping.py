"""The word to stop: from a signal or another thread, heard at once by whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue


class Stopping:
    """Said in any thread and in a handler of signals; waited for in one thread.

    Not a `threading.Event`: a handler that sets one while the interrupted thread holds its lock waits for itself.
    """

    def __init__(self) -> None:
        self._said = False
        self._words: SimpleQueue[None] = SimpleQueue()  # may be put to in the middle of its own get
        self._tell: Callable[[], object] = lambda: None

    def set(self) -> None:
        self._said = True
        self._words.put(None)
        self._tell()

    def is_set(self) -> bool:
        return self._said

    def wait(self, seconds: float) -> None:
        """So long, or until it is said."""
        if not self._said:
            with suppress(Empty):
                self._words.get(timeout=seconds)

    def tell(self, whom: Callable[[], object]) -> None:
        """Calls it when the word is said, at once where it has been; in place of whoever was told before. Once too often is possible."""
        self._tell = whom
        if self._said:
            whom()
