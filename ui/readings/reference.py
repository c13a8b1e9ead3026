"""The permalink of one result: check, place and instant, as `api.local.1795527128000`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FORM: Final = re.compile(r"([\w-]{1,80})\.([\w-]{1,80})\.(\d{1,16})")


@dataclass(frozen=True, slots=True)
class Reference:
    """Slugs rather than ids, so that a link in an old message still says what it means."""

    check: str
    place: str
    at_ms: int

    def __str__(self) -> str:
        return f"{self.check}.{self.place}.{self.at_ms}"


def parse(said: str) -> Reference | None:
    """None for anything that is not the form of a reference."""
    found = _FORM.fullmatch(said)
    return Reference(found[1], found[2], int(found[3])) if found else None
