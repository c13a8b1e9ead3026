"""What one run of one check is given, and what is known afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.vantage import Probe
from core.health import Evidence, Outcome, Phases


@dataclass(frozen=True, slots=True)
class Job:
    """All that one run needs. `keep` survives between the runs of one check (token caches)."""

    probe: Probe
    timeout_s: float
    location: str = "local"
    secrets: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    keep: dict[str, Any] = field(default_factory=dict)
    latency_limit_us: int | None = None
    private_targets: bool = False
    reuse: bool = False
    provider: str = ""  # the key of its call budget
    missing_secrets: tuple[str, ...] = ()  # declared, and not to be had: the run is `unknown/config` and asks nothing


@dataclass(frozen=True, slots=True)
class Finding:
    """An outcome (redacted) and how long it took. `evidence` is None where all was well before and is now."""

    outcome: Outcome
    total_us: int
    phases: Phases | None = None
    evidence: Evidence | None = None
    lag_us: int = 0  # our own delay, at its worst, while it ran
    waited_ms: int = 0  # for a free place at the origin: neither latency nor lateness
    fit: bool = True  # false: our lag spoilt the latency
    started_monotonic: float = 0.0
