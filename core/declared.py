"""What people declared, in the form storage gives ids to and the worker plans from: no ids, no secrets' values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.plan import Criticality, Objective


@dataclass(frozen=True, slots=True)
class DeclaredCheck:
    """One check with its schedule; `params` (JSON-ready) are what its probe is built from."""

    slug: str
    name: str
    kind: str
    counts: bool
    interval_ms: int = 60_000
    retry_ms: int = 20_000
    timeout_ms: int = 10_000
    fail_after: int = 3
    recover_after: int = 2
    slow_after: int = 5
    unslow_after: int = 3
    latency_limit_us: int | None = None
    grace_ms: int = 0
    probe: str | None = None  # the provider's probe it is an instance of; None: built from kind and params
    params: Mapping[str, Any] = field(default_factory=dict)
    reuse: bool = False
    wanted_interval_ms: int | None = None  # what was configured, where a call budget stretched it
    renamed_from: str | None = None
    locations: tuple[str, ...] = ("local",)
    surroundings: str = ""  # a digest of the integration's settings and secret references: they change what is asked, too

    @property
    def fingerprint(self) -> str:
        """Changes when what is asked changes: decides whether a check 'never succeeded since its configuration changed'."""
        asked = [self.kind, self.probe, dict(self.params), self.timeout_ms, self.surroundings]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Promise:
    """The first form of a contract: what the vendor promised, where it is written, when it was read."""

    availability_pct: str
    source: str | None = None
    read_on: str | None = None  # ISO date


@dataclass(frozen=True, slots=True)
class DeclaredIntegration:
    """One integration as declared; `secrets` map the provider's names to references (`env:NAME`, `file:PATH`).

    `provider` says who is behind it: the catalogue's slug, or the vendor's own where the generic provider asks for it.
    """

    slug: str
    name: str
    provider: str
    provider_name: str
    category: str
    environment: str = "production"
    owner: str | None = None
    runbook: str | None = None
    criticality: Criticality = Criticality.MEDIUM
    tags: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()
    objective: Objective | None = None
    promise: Promise | None = None
    status_page_url: str | None = None
    channels: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    private_targets: bool = False
    checks: tuple[DeclaredCheck, ...] = ()
    origin: str = "file"
    renamed_from: str | None = None
    catalogue: str = ""  # the catalogue's slug where it differs from `provider`
