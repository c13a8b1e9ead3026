"""The named, versioned rules that turn buckets of time into availability: data, one table each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from core.availability import DOWN, Availability, Bucket, Buckets

_GOOD: Final = Fraction(0)
_BAD: Final = Fraction(1)
_HALF: Final = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Policy:
    """`bad` says which share of each bucket is bad; None leaves the bucket out of the sum. A changed table is a new version."""

    name: str
    version: int
    says: str  # what counts, as a sentence for the method box
    bad: Mapping[Bucket, Fraction | None]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


def _table(**shares: Fraction | None) -> Mapping[Bucket, Fraction | None]:
    """Unknown and maintenance are out in every policy; all else must be said."""
    out = {Bucket.UNKNOWN: None, Bucket.MAINTENANCE: None}
    return MappingProxyType({**{Bucket(name): share for name, share in shares.items()}, **out})


CONTRACT: Final = Policy(
    "contract",
    1,
    "Down counts inside an incident while the fault is theirs. Slow answers, failures outside incidents and our own faults do not.",
    _table(up=_GOOD, degraded=_GOOD, short=_GOOD, short_ours=_GOOD, theirs=_BAD, ours=None, path=None, unsure=None),
)
EXPERIENCE: Final = Policy(
    "experience",
    1,
    "Down counts whatever the cause, slow counts half.",
    _table(up=_GOOD, degraded=_HALF, short=_BAD, short_ours=_BAD, theirs=_BAD, ours=_BAD, path=_BAD, unsure=_BAD),
)
STRICT: Final = Policy(
    "strict",
    1,
    "Down and slow count in full, whatever the cause.",
    _table(up=_GOOD, degraded=_BAD, short=_BAD, short_ours=_BAD, theirs=_BAD, ours=_BAD, path=_BAD, unsure=_BAD),
)
POLICIES: Final[Mapping[str, Policy]] = MappingProxyType({policy.name: policy for policy in (CONTRACT, EXPERIENCE, STRICT)})


def availability(buckets: Buckets, policy: Policy) -> Availability:
    """Good and bad time of one window under one policy, exact."""
    good = bad = Fraction(0)
    for bucket, part in policy.bad.items():
        if part is not None:
            bad += part * buckets[bucket]
            good += (1 - part) * buckets[bucket]
    left_out = sum(buckets[bucket] for bucket in DOWN if policy.bad[bucket] is None)
    return Availability(str(policy), good, bad, left_out, buckets.unknown_ms, buckets.maintenance_ms, buckets.coverage)
