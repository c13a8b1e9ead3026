"""What a vendor owes when it missed its promise: credit by tiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exact import Number, exact


@dataclass(frozen=True, slots=True)
class Credit:
    percent: Fraction
    amount: Fraction | None  # None where the bill is not known


def credit(tiers: Iterable[Sequence[Number]], uptime_pct: Number | None, bill: Number | None) -> Credit | None:
    """`tiers` are (less than this uptime %, credit %): strictly less, by the unrounded figure; the highest that applies.

    None where nothing was seen: no figure, no claim.
    """
    if uptime_pct is None:
        return None
    uptime = exact(uptime_pct)
    percent = max((exact(owed) for below, owed in tiers if uptime < exact(below)), default=Fraction(0))
    return Credit(percent, None if bill is None else exact(bill) * percent / 100)
