"""`/metrics` in Prometheus text: read from the database when it is asked; labels are names that were declared, nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api import own_metrics
from api.deps import Deps
from core.exact import ratio
from core.exits import Refusal
from core.health import Status
from core.verdict import Party
from storage import deliveries, processes, wall
from storage.faults import NO_ANSWER
from storage.rows import Figures, ProcessRow, Summary

PREFIX: Final = "integration_health"
LOOKED_BACK_MS: Final = 86_400_000
MOST_MEASURES: Final = 50


class Metrics:
    """The route, with a registry of its own."""

    def __init__(self, deps: Deps) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(FromDatabase(deps))
        self.route: BaseRoute = Route("/metrics", self.answer, methods=["GET"])

    async def answer(self, request: Request) -> Response:
        try:
            text = await run_in_threadpool(generate_latest, self._registry)
        except (*NO_ANSWER, Refusal):
            return PlainTextResponse("the database does not answer\n", 503, {"Retry-After": "5"})
        return Response(text, media_type=CONTENT_TYPE_LATEST)


class FromDatabase(Collector):
    """One short look at the database per scrape."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def describe(self) -> Iterable[Metric]:
        """Nothing is read at registration: the database may not be there yet."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = self._deps.now_ms()
        with self._deps.database().read() as conn:
            found = wall.summaries(conn)
            waiting, channels = deliveries.waiting(conn), deliveries.channels(conn)
            worker = processes.leader(conn, now - LOOKED_BACK_MS)
            own = list(own_metrics.stored(self._deps.database(), conn, now))
        yield from _integrations(found)
        yield _labelled("alerts_waiting", "Undelivered alerts.", "channel", waiting)
        yield _labelled(
            "channel_open",
            "1 while a channel's circuit breaker is open.",
            "channel",
            {c.channel: float(c.opened_ms is not None) for c in channels},
        )
        yield from own
        yield from _worker(worker, now)


def _integrations(found: list[Summary]) -> Iterator[Metric]:
    status = GaugeMetricFamily(f"{PREFIX}_status", "1 for the confirmed status of an integration.", labels=["integration", "status"])
    share = GaugeMetricFamily(f"{PREFIX}_availability_ratio", "Availability by the policy experience v1.", labels=["integration", "window"])
    seen = GaugeMetricFamily(
        f"{PREFIX}_coverage_ratio", "Share of the time in which the status was known.", labels=["integration", "window"]
    )
    p95 = GaugeMetricFamily(f"{PREFIX}_latency_p95_seconds", "95th percentile of the last 24 hours.", labels=["integration"])
    result = GaugeMetricFamily(f"{PREFIX}_last_result_timestamp_seconds", "The newest result.", labels=["integration"])
    for one in found:
        for each in Status:
            status.add_metric([one.plan.slug, each.value], float(one.status is each))
        for window, figures in (("24h", one.day), ("30d", one.month), ("90d", one.quarter)):
            _add(share, [one.plan.slug, window], _experience(figures))
            _add(seen, [one.plan.slug, window], ratio(figures.known_ms, figures.known_ms + figures.unknown_ms))
        _add(p95, [one.plan.slug], None if one.p95_us[0] is None else one.p95_us[0] / 1e6)
        _add(result, [one.plan.slug], None if one.seen_ms is None else one.seen_ms / 1000)
    yield from (status, share, seen, p95, result)
    open_ = Counter(incident.party or Party.UNKNOWN.value for one in found for incident in one.incidents)
    yield _labelled(
        "open_incidents", "Open incidents by whose trouble they are.", "party", {party.value: open_[party.value] for party in Party}
    )


def _worker(worker: ProcessRow | None, now: int) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        f"{PREFIX}_worker_up",
        "1 while a worker leads and has beaten within 10 s.",
        value=float(worker is not None and now - worker.beat_ms <= 10_000),
    )
    if worker is None:
        return
    yield from own_metrics.worker(worker, now)
    measures = {name: float(value) for name, value in worker.body.items() if isinstance(value, int | float) and name.isidentifier()}
    yield _labelled(
        "worker_measure",
        "What the worker says of itself, whatever it is; ages and sizes have names of their own.",
        "measure",
        dict(sorted(measures.items())[:MOST_MEASURES]),
    )


def _labelled(name: str, words: str, label: str, values: dict[str, Any]) -> Metric:
    made = GaugeMetricFamily(f"{PREFIX}_{name}", words, labels=[label])
    for each, value in sorted(values.items()):
        made.add_metric([each], float(value))
    return made


def _add(family: GaugeMetricFamily, labels: list[str], value: Any) -> None:
    """No sample where nothing was seen: 0 would be a lie."""
    if value is not None:
        family.add_metric(labels, float(value))


def _experience(figures: Figures) -> Any:
    return ratio(2 * figures.up_ms + figures.degraded_ms, 2 * figures.known_ms)
