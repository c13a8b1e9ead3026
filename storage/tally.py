"""Counts of results: how many, how many of each cause, and how long the answers took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.health import STATUS_OF, Cause, Status
from core.histogram import Histogram
from storage.codec import dump_json, load_json
from storage.codes import CAUSE_CODE
from storage.rows import RollupRow

_ANSWERED = frozenset({Status.UP, Status.DEGRADED})


@dataclass(slots=True)
class Tally:
    """Of one check or integration in one hour or day. Mutable: results are added as they come."""

    results: int = 0
    causes: Counter[int] = field(default_factory=Counter)  # storage.codes
    histogram: Histogram = field(default_factory=Histogram)  # of up and degraded results whose latency is fit

    @classmethod
    def stored(cls, results: int, causes: str | None, histogram: bytes | None) -> Tally:
        counted = Counter({int(code): count for code, count in (load_json(causes) or {}).items()})
        return cls(results, counted, Histogram.from_bytes(bytes(histogram or b"")))

    @classmethod
    def of(cls, row: RollupRow) -> Tally:
        counted = Counter({CAUSE_CODE[cause]: count for cause, count in row.causes.items()})
        return cls(row.results, counted, Histogram.from_bytes(row.histogram))

    def add(self, cause: Cause | None, total_us: int, fit: bool) -> None:
        self.results += 1
        if cause is not None:
            self.causes[CAUSE_CODE[cause]] += 1
        if fit and STATUS_OF[cause] in _ANSWERED:
            self.histogram.add(total_us)

    def merge(self, other: Tally) -> None:
        self.results += other.results
        if other.causes:
            self.causes.update(other.causes)
        self.histogram.merge(other.histogram)

    @property
    def causes_text(self) -> str | None:
        return dump_json({str(code): count for code, count in sorted(self.causes.items())}) if self.causes else None
