"""The experience policy over the five buckets of a summary, as `Figures.experience` has it, cheaply: a wall holds thousands."""

from __future__ import annotations

from fractions import Fraction

from storage.rows import Figures


def experience(figures: Figures) -> Fraction | None:
    """Every cause is bad, slow counts half; None where nothing was seen."""
    known = 2 * figures.known_ms
    return Fraction(2 * figures.up_ms + figures.degraded_ms, known) if known else None


def coverage(figures: Figures) -> Fraction | None:
    """What was seen of the time outside maintenance."""
    asked = figures.known_ms + figures.unknown_ms
    return Fraction(figures.known_ms, asked) if asked else None
