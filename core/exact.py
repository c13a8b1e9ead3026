"""Numbers as people and YAML write them, read without losing a digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

Number = int | float | str | Decimal | Fraction


def exact(number: Number) -> Fraction:
    """`"99.9"`, `99.9`, `Decimal("99.9")` are all 999/10: a float is taken for the shortest decimal that prints it."""
    if isinstance(number, float):
        return Fraction(repr(number))
    return Fraction(number)


def share(percent: Number) -> Fraction:
    """A percentage as a share of one: `"99.9"` is 999/1000."""
    return exact(percent) / 100


def ratio(part: Number, whole: Number) -> Fraction | None:
    """`part / whole`, None where there is nothing to divide by: no figure is better than an invented one."""
    below = exact(whole)
    return exact(part) / below if below else None
