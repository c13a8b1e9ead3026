"""Why this process could not write just now: where the database takes nothing, its pages can say so all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.faults import NO_ANSWER, REFUSED, sentence_of

_WHY: dict[str, str] = {}  # by database, as it is shown


@contextmanager
def noted(shown: str) -> Iterator[None]:
    """Round a write."""
    try:
        yield
    except REFUSED:
        raise  # the statement's own fault
    except NO_ANSWER as error:
        _WHY[shown] = sentence_of(error)
        raise
    _WHY.pop(shown, None)


def why(shown: str) -> str:
    """One line; empty where the newest write went through."""
    return _WHY.get(shown, "")
