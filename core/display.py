"""Figures as they are printed: floored, so that nothing below a target ever reads as the target."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from core.exact import Number, exact, ratio

NBSP: Final = "\N{NO-BREAK SPACE}"
NOTHING: Final = "–"  # nothing was seen: no figure
MINUTE_MS: Final = 60_000


def floor_decimal(value: Fraction, decimals: int) -> Decimal:
    """Cut, never rounded up; with exactly `decimals` places."""
    return Decimal(floor(value * 10**decimals)).scaleb(-decimals)


def ceil_decimal(value: Fraction, decimals: int) -> Decimal:
    return Decimal(ceil(value * 10**decimals)).scaleb(-decimals)


def floor_percent(good: Number, total: Number, decimals: int = 2) -> str | None:
    """`99.99%`; None of nothing."""
    part = ratio(good, total)
    return None if part is None else f"{floor_decimal(part * 100, decimals):f}%"


def percent_decimal(part: Fraction | None, decimals: int = 3) -> Decimal | None:
    """A share as per cent for a table: the same digits in every form."""
    return None if part is None else floor_decimal(part * 100, decimals)


def percent(part: Fraction | None, decimals: int = 3) -> str:
    """For pages and messages: `99.861 %` with a no-break space, exactly 100 as `100 %`, a dash of nothing."""
    if part is None:
        return NOTHING
    return f"100{NBSP}%" if part == 1 else f"{floor_decimal(part * 100, decimals):f}{NBSP}%"


def target_percent(pct: Number) -> str:
    """A target as it was written: `99.9 %`."""
    return f"{_plain(Decimal(str(pct)) if not isinstance(pct, Fraction) else floor_decimal(pct, 6))}{NBSP}%"


def spent_minutes(ms: Number) -> Decimal:
    """Bad time in minutes, one decimal, rounded up: beside a budget that is rounded down, a breach is always visible."""
    return ceil_decimal(exact(ms) / MINUTE_MS, 1)


def allowed_minutes(ms: Number) -> Decimal:
    """A budget or what is left of it in minutes, one decimal, rounded down."""
    return floor_decimal(exact(ms) / MINUTE_MS, 1)


def minutes_of(spent_ms: Number, allowed_ms: Number) -> str:
    """`47 of 43.2 min`."""
    return f"{_plain(spent_minutes(spent_ms))} of {_plain(allowed_minutes(allowed_ms))}{NBSP}min"


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plural(count: int, noun: str) -> str:
    """`1 check`, `3 checks`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
