"""One request of a person as the judge reads it: who asks, in what words, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from scheduler.judging.draft import Draft

NAME_LIMIT: Final = 100
SOMEBODY: Final = "somebody"


class Asked(Protocol):
    """One request row (storage.rows.RequestRow is one)."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def by(self) -> str | None: ...


class Refused(Exception):
    """The request cannot be done; the message is the answer."""


def name_of(request: Asked) -> str:
    return (request.by or SOMEBODY).strip()[:NAME_LIMIT] or SOMEBODY


def words(request: Asked, key: str, limit: int) -> str:
    value = request.body.get(key)
    return value.strip()[:limit] if isinstance(value, str) else ""


def now_of(draft: Draft) -> int:
    return draft.now_ms or 0
