"""What a beat says of the worker: the system page, /healthz and /metrics read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.plan import Plan
from scheduler.clock import Clock
from scheduler.own_watch import OwnWatch
from scheduler.prober import Prober
from scheduler.recorder import Recorder


def vital_signs(
    plan: Plan, prober: Prober, recorder: Recorder, clock: Clock, watch: OwnWatch, deadman: Mapping[str, Any]
) -> dict[str, Any]:
    """Numbers and words by name: those of the newest look (`core.own_figures`), and those that are read now."""
    health, pace = recorder.health, prober.pace
    return {
        **watch.figures.as_body(),
        "lateness_minutes": list(watch.gauges.lateness),
        "epoch": recorder.epoch,
        "checks": len(plan.checks),
        "integrations": len(plan.integrations),
        "planned": prober.planned,
        "in_flight": pace.in_flight,
        "runs": pace.runs,
        "suspended": list(prober.suspended),
        "pending": recorder.waiting,
        "writer_lag_ms": recorder.lag_ms,
        "flush_ms": round(health.flush_ms, 1),
        "flushed_ms": health.flushed_ms,
        "failing_since_ms": health.failing_since_ms,
        "error": health.error,
        "lost": health.lost,
        "clock_ahead_ms": clock.ahead_ms,
        "deadman": dict(deadman),
    }
