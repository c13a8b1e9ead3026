"""Shares of time from the five buckets, by the experience policy: exact fractions, null where nothing was seen."""

from __future__ import annotations

from fractions import Fraction

from storage.rows import Figures
from ui.format import share


def experience(figures: Figures) -> Fraction | None:
    """Every cause is bad, degraded half; unknown and maintenance are out."""
    return share(2 * figures.up_ms + figures.degraded_ms, 2 * figures.known_ms)


def seen(figures: Figures) -> Fraction | None:
    """What was observed of the time that was to be observed."""
    return share(figures.known_ms, figures.known_ms + figures.unknown_ms)


def bad_ms(figures: Figures) -> Fraction:
    """Bad time by the experience policy."""
    return figures.down_ms + Fraction(figures.degraded_ms, 2)
