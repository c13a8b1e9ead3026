"""What is wrong with a file, where exactly, and which valid word is nearest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]
"""Where in the file: ("integrations", 0, "checks", "api")."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `key` is a path such as `integrations[0].checks.api.interval`; the message never holds a value."""

    file: str
    line: int
    key: str
    message: str
    nearest: str | None = None
    warning: bool = False  # the file works, but this is probably not meant

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", {self.key}" if self.key else "")
        return f"{place}: {self.message}" + (f"; did you mean {self.nearest}?" if self.nearest else "")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def spell(path: Iterable[str | int]) -> str:
    """`integrations[0].checks.api`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: object, options: Iterable[str]) -> str | None:
    """The valid word somebody most likely meant."""
    return next(iter(get_close_matches(str(word), list(options), 1, 0.6)), None)
