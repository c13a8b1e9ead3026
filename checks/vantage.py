"""Where a probe stands when it asks: a guarded client, a deadline, and what it may know. Nothing of time, storage or alerts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import httpx

from core.health import Outcome, Phases


class Sockets(Protocol):
    """Guarded look-ups for probes that open their own sockets (tcp, tls, dns)."""

    async def resolve(self, host: str, port: int) -> list[str]:
        """Addresses of `host` the guard allows to be connected to, in the resolver's order; raises `Blocked` or `OSError`."""
        ...


@dataclass(frozen=True, slots=True)
class Vantage:
    """Everything a probe is given."""

    client: httpx.AsyncClient  # over our transport: guarded, bounded, with one overall deadline
    sockets: Sockets
    location: str
    timeout_s: float
    now: Callable[[], datetime]  # UTC
    secrets: Mapping[str, str] = field(default_factory=dict)  # resolved values by the provider's names
    settings: Mapping[str, Any] = field(default_factory=dict)  # what the integration set: base_url, region ...
    keep: dict[str, Any] = field(default_factory=dict)  # survives between runs of one check: token caches
    ca_file: str | None = None  # the authorities to trust; None: the usual ones
    note_phases: Callable[[Phases], None] = lambda _: None  # own-socket probes say their phases here


Probe = Callable[[Vantage], Awaitable[Outcome]]
