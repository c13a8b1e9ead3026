"""A stretch of time as people write it: `800ms`, `60s`, `5m`, `1h30m`, `7d`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

PATTERN: Final = r"^([0-9]{1,9}(ms|s|m|h|d|w))+$"
_UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART: Final = re.compile(r"([0-9]{1,9})(ms|[smhdw])")
_WHOLE: Final = re.compile(PATTERN)
_LONGEST_MS: Final = 520 * _UNIT_MS["w"]  # beyond ten years it is a slip, and far beyond it no database can hold it


def parse_duration(text: object) -> int:
    """Milliseconds. A bare number is refused: nobody should have to guess its unit. Raises `ValueError` with a sentence."""
    if not isinstance(text, str) or not _WHOLE.match(text.strip()):
        raise ValueError("a duration is a number and a unit, such as 30s, 5m or 1h30m")
    ms = sum(int(count) * _UNIT_MS[unit] for count, unit in _PART.findall(text))
    if ms > _LONGEST_MS:
        raise ValueError("a duration is at most 520w, ten years")
    return ms


def format_duration(ms: int) -> str:
    """The shortest way to write it: 90_000 is `1m30s`."""
    if ms == 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, ms = divmod(ms, _UNIT_MS[unit])
        parts.append(f"{count}{unit}" if count else "")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest a duration may be, in milliseconds; said in the words people write."""

    least_ms: int
    most_ms: int

    def __call__(self, ms: int) -> int:
        """The same duration. Raises `ValueError` with a sentence."""
        if ms < self.least_ms:
            raise ValueError(f"must be at least {format_duration(self.least_ms)}")
        if ms > self.most_ms:
            raise ValueError(f"must be at most {format_duration(self.most_ms)}")
        return ms

    def __str__(self) -> str:
        return f"{format_duration(self.least_ms)} to {format_duration(self.most_ms)}"
