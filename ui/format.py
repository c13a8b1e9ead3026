"""Numbers as people read them: floored percentages, durations, counts, each with its unit and a space that does not break."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from core import display
from core.exact import Number

GAP: Final = "\u00a0"
NONE: Final = "–"

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def count(number: int) -> str:
    """`1 204`: thousands apart by a space that does not break."""
    return f"{number:,}".replace(",", GAP)


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 check`, `5 checks`."""
    return f"{count(number)}{GAP}{one if number == 1 else many or one + 's'}"


def percent(share: Fraction | None, decimals: int = 3) -> str:
    """`99.861 %`: floored, never rounded up; exactly one is `100 %`, nothing seen is a dash."""
    return f"0{GAP}%" if share == 0 else display.percent(share, decimals)


def share(part: int, whole: int) -> Fraction | None:
    """None where there is no whole: nothing was seen."""
    return Fraction(part, whole) if whole > 0 else None


def coverage(share: Fraction | None) -> str:
    """`97.8 %`: one decimal, floored."""
    return percent(share, decimals=1)


def whole_percent(share: Fraction) -> str:
    """`72 %`, floored."""
    return f"{(share * 100).numerator // (share * 100).denominator}{GAP}%"


def target(percentage: Decimal | str) -> str:
    """A target as it was declared: `99.9 %`."""
    return display.target_percent(Decimal(percentage))


def latency(us: int | None) -> str:
    """`310 ms`, `2.1 s`, `0.8 ms`."""
    if not us:
        return NONE  # what calls us has no latency
    if us < 1_000:
        return f"{us / 1_000:.1f}{GAP}ms"
    if us < 10_000_000:
        return f"{count(round(us / 1_000))}{GAP}ms"
    return f"{us / 1_000_000:.1f}{GAP}s"


def lasting(ms: int) -> str:
    """A duration at a glance, its largest two units at most: `40 s`, `29 min`, `3 h 5 min`, `19 d`."""
    ms = max(ms, 0)
    if ms < _MINUTE:
        return f"{ms // _SECOND}{GAP}s"
    if ms < _HOUR:
        return f"{ms // _MINUTE}{GAP}min"
    if ms < _DAY:
        return _two(ms // _HOUR, "h", ms % _HOUR // _MINUTE, "min")
    return _two(ms // _DAY, "d", ms % _DAY // _HOUR, "h") if ms < 3 * _DAY else f"{ms // _DAY}{GAP}d"


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    tail = f"{GAP}{small}{GAP}{small_unit}" if small else ""
    return f"{large}{GAP}{large_unit}{tail}"


def minutes(ms: int) -> str:
    """Minutes of downtime for a table: whole from ten up, one decimal below, seconds below one."""
    if ms and abs(ms) < _MINUTE:
        return f"{abs(ms) // _SECOND}{GAP}s"
    whole = abs(ms) >= 10 * _MINUTE or ms % _MINUTE == 0
    return f"{count(abs(ms) // _MINUTE)}{GAP}min" if whole else f"{abs(ms) // (_MINUTE // 10) / 10:.1f}{GAP}min"


def minutes_of(spent_ms: Number, allowed_ms: Number) -> str:
    """`47 of 43.2 min`."""
    return display.minutes_of(spent_ms, allowed_ms)


def interval(ms: int) -> str:
    """A check's interval: `60 s`, `15 min`, `1 h`; whole minutes from two up."""
    if ms % _HOUR == 0 and ms:
        return f"{ms // _HOUR}{GAP}h"
    if ms % _MINUTE == 0 and ms > _MINUTE:
        return f"{ms // _MINUTE}{GAP}min"
    return f"{ms / _SECOND:g}{GAP}s"


def size(octets: int) -> str:
    """`12.4 MB`, decimal units."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= scale:
            return f"{octets / scale:.1f}{GAP}{unit}"
    return f"{octets}{GAP}bytes"


def series(words: list[str]) -> str:
    """`A`, `A and B`, `A, B and C`: ready markup joined as a sentence does."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
