"""Secrets in files that change under a running worker: seen by a look at the files, and taken up once they rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from config.secrets import stamp
from scheduler.declarations import Declared

EVERY_MS: Final = 2_000

Stamps = Mapping[str, tuple[int, ...]]


class Rotation:
    """Looks at the files that a configuration refers to; variables of the environment cannot change."""

    def __init__(self) -> None:
        self._read: Stamps = {}  # as they were when their secrets were read
        self._newest: Stamps = {}
        self._next_ms = 0

    @contextmanager
    def reading(self, declared: Declared) -> Iterator[None]:
        """Secrets are read inside; what changes meanwhile, or where that fails, is seen by the next look."""
        stamps = {reference: stamp(reference) for reference in sorted(files_in(declared))}
        yield
        self._read = self._newest = stamps

    def look(self, now_ms: int) -> bool:
        """Whether secrets are to be read again. A file is given until the next look to be written to its end."""
        if now_ms < self._next_ms:
            return False
        self._next_ms = now_ms + EVERY_MS
        before, self._newest = self._newest, {reference: stamp(reference) for reference in self._read}
        return self._newest == before and self._newest != self._read


def files_in(declared: Declared) -> set[str]:
    """Every `file:PATH` that integrations and channels name."""
    own = (value for channel in declared.config.channels.values() for value in channel.own.values())
    named = (reference for one in declared.integrations for reference in one.secrets.values())
    return {value for value in (*own, *named) if isinstance(value, str) and value.startswith("file:")}
