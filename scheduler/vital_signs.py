"""What a beat says of the worker: the system page, /healthz and /metrics read it."""

from __future__ import annotations

from typing import Any

from core.percentile import nearest_rank
from core.plan import Plan
from scheduler.clock import Clock
from scheduler.prober import Prober
from scheduler.recorder import Recorder


def vital_signs(plan: Plan, prober: Prober, recorder: Recorder, clock: Clock) -> dict[str, Any]:
    """Numbers and words by name; `lateness_p99_ms` is of the newest 1,000 runs, from due to start, waiting for a place left out."""
    health, pace = recorder.health, prober.pace
    return {
        "checks": len(plan.checks),
        "integrations": len(plan.integrations),
        "planned": prober.planned,
        "in_flight": pace.in_flight,
        "runs": pace.runs,
        "lateness_p99_ms": nearest_rank(pace.late_ms[-1_000:], 99),
        "suspended": list(prober.suspended),
        "pending": health.pending,
        "flush_ms": round(health.flush_ms, 1),
        "flushed_ms": health.flushed_ms,
        "failing_since_ms": health.failing_since_ms,
        "error": health.error,
        "lost": health.lost,
        "clock_ahead_ms": clock.ahead_ms,
    }
