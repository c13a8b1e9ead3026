"""Five buckets of time (down told apart by whose it is), and what a policy makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction

from core.exact import ratio


class Bucket(StrEnum):
    """Where a moment of an integration's time belongs. Exactly one holds; maintenance lies over all others."""

    UP = "up"
    DEGRADED = "degraded"
    THEIRS = "theirs"  # down inside an incident, by party
    OURS = "ours"
    PATH = "path"
    UNSURE = "unsure"
    SHORT = "short"  # down outside incidents
    SHORT_OURS = "short_ours"  # the same, by our own fault
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


DOWN = (Bucket.THEIRS, Bucket.OURS, Bucket.PATH, Bucket.UNSURE, Bucket.SHORT, Bucket.SHORT_OURS)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Milliseconds per bucket; they add and subtract."""

    up_ms: int = 0
    degraded_ms: int = 0
    theirs_ms: int = 0
    ours_ms: int = 0
    path_ms: int = 0
    unsure_ms: int = 0
    short_ms: int = 0
    short_ours_ms: int = 0
    maintenance_ms: int = 0
    unknown_ms: int = 0

    @classmethod
    def of(cls, totals: Mapping[Bucket, int]) -> Buckets:
        return cls(**{f"{bucket}_ms": ms for bucket, ms in totals.items()})

    def __getitem__(self, bucket: Bucket) -> int:
        ms: int = getattr(self, f"{bucket}_ms")
        return ms

    def __add__(self, other: Buckets) -> Buckets:
        return Buckets(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __sub__(self, other: Buckets) -> Buckets:
        return Buckets(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))

    @property
    def down_ms(self) -> int:
        """Down for any reason, inside incidents and outside."""
        return sum(self[bucket] for bucket in DOWN)

    @property
    def known_ms(self) -> int:
        return self.up_ms + self.degraded_ms + self.down_ms

    @property
    def total_ms(self) -> int:
        return self.known_ms + self.maintenance_ms + self.unknown_ms

    @property
    def coverage(self) -> Fraction | None:
        """The share of the time outside maintenance in which we knew; None where all of it was maintenance."""
        return ratio(self.known_ms, self.known_ms + self.unknown_ms)


@dataclass(frozen=True, slots=True)
class Availability:
    """What one policy makes of one window. `ratio` is None when nothing counted was seen: no figure instead of a guess."""

    policy: str  # name and version: `contract v1`
    good_ms: Fraction
    bad_ms: Fraction
    not_charged_ms: int  # down, and left out by the policy
    unknown_ms: int
    maintenance_ms: int
    coverage: Fraction | None

    @property
    def counted_ms(self) -> Fraction:
        return self.good_ms + self.bad_ms

    @property
    def ratio(self) -> Fraction | None:
        return ratio(self.good_ms, self.counted_ms)

    @property
    def error_ratio(self) -> Fraction | None:
        return ratio(self.bad_ms, self.counted_ms)
