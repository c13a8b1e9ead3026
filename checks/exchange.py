"""One request and what came of it, as the runner and the evidence see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from checks.transfer import Transfer
from core.health import Phases

ASIDE = "aside"  # a request extension: this exchange serves another one (a token), and is no part of its latency
PRIVATE = "private"  # a request extension: the body of a good answer is somebody's business and no evidence


@dataclass(slots=True)
class Exchange:
    """Filled while it happens. `transfer` is None until libcurl has taken it over."""

    request: httpx.Request
    transfer: Transfer | None = None
    lookup_us: int = 0
    error: str = ""

    @property
    def aside(self) -> bool:
        return bool(self.request.extensions.get(ASIDE))

    @property
    def private(self) -> bool:
        """Whether the body may not be kept; that of a refusal may."""
        return bool(self.request.extensions.get(PRIVATE)) and self.transfer is not None and self.transfer.status < 300

    @property
    def total_us(self) -> int:
        return self.lookup_us + (self.transfer.total_us if self.transfer else 0)

    @property
    def phases(self) -> Phases:
        if self.transfer is None:
            return Phases(dns_us=self.lookup_us or None)
        seen = self.transfer.phases
        dns_us = None if seen.dns_us is None else seen.dns_us + self.lookup_us
        return Phases(dns_us, seen.connect_us, seen.tls_us, seen.first_byte_us, seen.transfer_us)


def asked(exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
    """Those whose time is the vendor's latency: without the calls for a token, unless nothing else came about."""
    return [exchange for exchange in exchanges if not exchange.aside] or exchanges


def sum_phases(exchanges: Sequence[Exchange]) -> Phases:
    """Phase by phase over the hops of a redirect; None where no hop has it."""
    parts = [exchange.phases for exchange in exchanges]
    return Phases(
        _sum([part.dns_us for part in parts]),
        _sum([part.connect_us for part in parts]),
        _sum([part.tls_us for part in parts]),
        _sum([part.first_byte_us for part in parts]),
        _sum([part.transfer_us for part in parts]),
    )


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
