"""The monitor's own health as metrics: what the worker says of itself, and what the database knows without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from core.own_health import RULES
from core.own_measures import MEASURES, STORED, Measure, Unit
from storage import own
from storage.engine import Database, Snapshot
from storage.rows import ProcessRow

PREFIX: Final = "integration_health"


def stored(db: Database, conn: Snapshot, now_ms: int) -> Iterator[Metric]:
    """What is known where no worker lives, too."""
    rows, open_ = own.own_rows(conn, now_ms), {row.key for row in own.own_troubles(conn)}
    values = {
        "dead_letters": rows.dead_letters,
        "unsent_ms": 0 if rows.unsent_ms is None else now_ms - rows.unsent_ms,
        "database_bytes": own.size_bytes(db, conn),
    }
    for measure in STORED:
        yield _gauge(measure, values[measure.key])
    yield GaugeMetricFamily(
        f"{PREFIX}_blind_last_day_seconds",
        "How long our own network was away in the last 24 hours.",
        value=own.blind_ms(conn, now_ms) / 1000,
    )
    troubles = GaugeMetricFamily(f"{PREFIX}_own_trouble", "1 while a trouble of the monitor itself is open.", labels=["trouble"])
    for rule in RULES:
        troubles.add_metric([rule.key], float(rule.key in open_))
    yield troubles


def worker(row: ProcessRow, now_ms: int) -> Iterator[Metric]:
    """What the leading worker's newest beat says."""
    yield GaugeMetricFamily(f"{PREFIX}_worker_beat_age_seconds", "Since the worker's last beat.", value=(now_ms - row.beat_ms) / 1000)
    yield CounterMetricFamily(f"{PREFIX}_worker_uptime_seconds", "Since the worker started.", value=(row.beat_ms - row.started_ms) / 1000)
    for name, words in (("epoch", "Rises with every worker that takes the lead."), ("in_flight", "Checks that are being asked now.")):
        if isinstance(row.body.get(name), int):
            yield GaugeMetricFamily(f"{PREFIX}_worker_{name}", words, value=row.body[name])
    for measure in MEASURES:
        value = row.body.get(measure.key)
        if isinstance(value, int | float):  # nothing is known yet: 0 would be a lie
            yield _gauge(measure, value)
    yield from _intervals(row.body.get("slowed"))
    yield from _deadman(row.body.get("deadman"))


def _gauge(measure: Measure, value: float) -> Metric:
    scale = 1000 if measure.unit is Unit.MS else 1
    return GaugeMetricFamily(f"{PREFIX}_{measure.metric}", f"{measure.means} Fine: {measure.fine}.", value=value / scale)


def _intervals(slowed: object) -> Iterator[Metric]:
    """The checks that are asked least often of what they should; none where all keep their interval."""
    configured = GaugeMetricFamily(
        f"{PREFIX}_slowed_check_interval_configured_seconds",
        "How often a check that is asked too seldom should be asked.",
        labels=["check"],
    )
    achieved = GaugeMetricFamily(
        f"{PREFIX}_slowed_check_interval_achieved_seconds", "How often it is asked. The five worst checks stand here.", labels=["check"]
    )
    for one in slowed if isinstance(slowed, list) else ():
        configured.add_metric([str(one["check"])], one["configured_ms"] / 1000)
        achieved.add_metric([str(one["check"])], one["achieved_ms"] / 1000)
    yield from (configured, achieved)


def _deadman(said: object) -> Iterator[Metric]:
    """Only where somebody is called."""
    if not isinstance(said, Mapping) or not said:
        return
    state: Mapping[str, Any] = said
    yield GaugeMetricFamily(
        f"{PREFIX}_deadman_failing", "1 while the dead-man's call does not arrive.", value=float(state.get("failing_ms") is not None)
    )
    yield GaugeMetricFamily(
        f"{PREFIX}_deadman_held", "1 while it is held back because the worker is not well.", value=float(bool(state.get("held")))
    )
    if isinstance(state.get("ok_ms"), int):
        yield GaugeMetricFamily(f"{PREFIX}_deadman_last_ok_timestamp_seconds", "When it was last answered.", value=state["ok_ms"] / 1000)
