"""What a vendor says of itself beside what we saw: overlap, lag, and whose figure looks better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.exact import ratio
from core.intervals import Interval, clip, intersection, length


@dataclass(frozen=True, slots=True)
class Comparison:
    """Lengths in the unit of the intervals; ratios None where there is nothing to divide by."""

    observed_down: int
    vendor_down: int
    both: int
    only_observed: int
    only_vendor: int
    agreement: Fraction | None  # Jaccard: both / either; None where neither saw anything
    observed_availability: Fraction | None
    vendor_availability: Fraction | None
    lags: tuple[int | None, ...]  # per outage of ours: the vendor's start minus ours; negative: earlier; None: never reported

    @property
    def vendor_looks_better_by(self) -> Fraction | None:
        """In percentage points; above 0 the vendor's own number is the nicer one."""
        if self.vendor_availability is None or self.observed_availability is None:
            return None
        return (self.vendor_availability - self.observed_availability) * 100


def compare(observed: Iterable[Sequence[int]], vendor: Iterable[Sequence[int]], start: int, end: int) -> Comparison:
    """Set arithmetic on the joined intervals within [start, end)."""
    ours, theirs = clip(observed, start, end), clip(vendor, start, end)
    seen, said, both = length(ours), length(theirs), length(intersection(ours, theirs))
    window = max(0, end - start)
    return Comparison(
        observed_down=seen,
        vendor_down=said,
        both=both,
        only_observed=seen - both,
        only_vendor=said - both,
        agreement=ratio(both, seen + said - both),
        observed_availability=ratio(window - seen, window),
        vendor_availability=ratio(window - said, window),
        lags=tuple(_lag(outage, theirs) for outage in ours),
    )


def _lag(outage: Interval, incidents: Sequence[Interval]) -> int | None:
    return next((begun - outage[0] for begun, ended in incidents if begun < outage[1] and ended > outage[0]), None)
