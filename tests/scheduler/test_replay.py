"""A history played through the real judge is the past: nobody is told of it when the worker goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause, Outcome, ProbeResult
from core.ledger import AlertKind
from core.plan import LOCAL, Objective
from core.voices import Round
from scheduler.budget_figures import budget_figures
from scheduler.judge import JudgeSettings, load, tick
from scheduler.replay import replay
from storage import deliveries, states, timeline
from storage.engine import Database
from storage.incidents import incidents, next_id
from storage.lease import take
from storage.outbox import StoredOutbox
from storage.sync import sync

NOW_MS = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)
MINUTE_MS = 60_000
DAY_MS = 86_400_000
SETTINGS = JudgeSettings("ops")
STRIPE = DeclaredIntegration(
    "stripe",
    "Stripe",
    "stripe",
    "Stripe",
    "payments",
    objective=Objective(Decimal("99.9")),
    checks=(DeclaredCheck("api", "API", "http", counts=True, interval_ms=5 * MINUTE_MS),),
)


@dataclass(frozen=True)
class Day:
    start_ms: int
    end_ms: int
    results: Sequence[ProbeResult]
    rounds: Mapping[tuple[int, int, int], Round] = field(default_factory=dict)


def days() -> Iterator[Day]:
    """Three of them, with three hours of server errors in the second: four times what November allows."""
    begin, broken = NOW_MS // DAY_MS * DAY_MS - 2 * DAY_MS, range(10 * 60, 13 * 60)
    for number in range(3):
        start = begin + number * DAY_MS
        minutes = range(0, 24 * 60 if number < 2 else 12 * 60, 5)
        causes = [(m, Cause.SERVER_ERROR if number == 1 and m in broken else None) for m in minutes]
        results = [ProbeResult(1, LOCAL, start + m * MINUTE_MS, 0, cause, 100_000, outcome=Outcome(cause)) for m, cause in causes]
        yield Day(start, min(start + DAY_MS, NOW_MS), results)


def played(db: Database) -> list[int]:
    told: list[int] = []
    epoch = take(db, None, NOW_MS)
    plan = sync(db, [STRIPE], NOW_MS).plan
    replay(db, plan, days(), epoch=epoch, now_ms=NOW_MS, settings=SETTINGS, maintained={}, told=told.append)
    return told


def test_the_past_has_its_incident_and_says_how_far_it_is(db: Database) -> None:
    assert played(db) == [1, 2, 3]
    with db.read() as conn:
        (line,) = incidents(conn)
    assert (line.incident.closed_as, line.incident.cause) == ("recovered", Cause.SERVER_ERROR)


def test_what_was_spent_in_the_past_was_told_in_the_past(db: Database) -> None:
    played(db)
    assert StoredOutbox(db).channels() == set()
    with db.read() as conn:
        kinds = {row.kind for row in deliveries.deliveries(conn)}
    assert AlertKind.BUDGET in kinds


def test_the_worker_that_goes_on_says_nothing_of_it_again(db: Database) -> None:
    played(db)
    with db.read() as conn:
        memory = load(
            sync(db, [STRIPE], NOW_MS).plan,
            states=states.load_states(conn),
            newest=timeline.newest(conn),
            signals=states.signals(conn),
            next_incident=next_id(conn),
            settings=SETTINGS,
        )
        ledger, _ = tick(memory, NOW_MS + MINUTE_MS, budget_figures(conn, memory, NOW_MS + MINUTE_MS))
    assert ledger.alerts == []
