"""What is judged, committed to a real file and read again, is what the judge knew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause, Outcome, PageReading, PageStatus, ProbeResult
from core.ledger import Ledger
from core.plan import LOCAL, Plan
from core.voices import Round
from scheduler.judge import JudgeSettings, Memory, apply, judge, load, tick
from storage import states, timeline
from storage.engine import Database, open_database
from storage.incidents import events, next_id, open_incidents
from storage.lease import take
from storage.migrate import migrate
from storage.sync import sync
from storage.writer import Writer
from tests.scheduler.stage import START_MS, Request, ms

SETTINGS = JudgeSettings("ops")


def declared(slug: str) -> DeclaredIntegration:
    page = DeclaredCheck("page", "Status page", "statuspage", counts=False)
    return DeclaredIntegration(
        slug, slug.title(), slug, slug.title(), "payments", checks=(DeclaredCheck("api", "API", "http", counts=True), page)
    )


class Worker:
    """Judges, commits and can be started anew."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.plan: Plan = sync(db, [declared(f"vendor{number}") for number in range(1, 8)], 0).plan
        self.epoch = take(db, None, START_MS)
        self.memory = self.recalled()

    def recalled(self) -> Memory:
        with self.db.read() as conn:
            return load(
                self.plan,
                states=states.load_states(conn),
                newest=timeline.newest(conn),
                verdicts=states.open_verdicts(conn),
                incidents=open_incidents(conn),
                signals=states.signals(conn),
                next_incident=next_id(conn),
                settings=SETTINGS,
            )

    def keep(self, ledger: Ledger, memory: Memory) -> None:
        Writer(self.db).commit(ledger, epoch=self.epoch)
        self.memory = memory

    def see(self, slug: str, at_s: float, cause: Cause | None = None, check: str = "api", **outcome: object) -> ProbeResult:
        integration = next(one for one in self.plan.integrations.values() if one.slug == slug)
        ident = next(one.id for one in integration.checks if one.slug == check)
        return ProbeResult(ident, LOCAL, ms(at_s), 0, cause, 100_000, outcome=Outcome(cause, **outcome))  # type: ignore[arg-type]

    def judge(self, *results: ProbeResult, canaries: Round | None = None) -> None:
        rounds = {(one.check, one.location, one.at_ms): canaries for one in results} if canaries else {}
        self.keep(*judge(self.memory, results, None, rounds))


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    url = f"sqlite:///{tmp_path}/health.db"
    migrate(url)
    db = open_database(url)
    yield Worker(db)
    db.close()


def same(one: Memory, other: Memory) -> bool:
    """The newest results come back without what the vendor said beside them; everything else as it was."""
    names = ("lines", "stretches", "incidents", "opened", "pages", "budgets", "next_incident", "asked", "ailing")
    edges = [{key: (result.edge_ms, result.cause) for key, result in memory.newest.items()} for memory in (one, other)]
    return edges[0] == edges[1] and all(getattr(one, name) == getattr(other, name) for name in names)


def test_a_run_under_way_is_remembered(worker: Worker) -> None:
    worker.judge(worker.see("vendor1", 0), worker.see("vendor1", 60, Cause.SERVER_ERROR, http_status=503))
    assert same(worker.recalled(), worker.memory)


def test_an_open_incident_is_remembered_with_its_verdict_and_who_was_told(worker: Worker) -> None:
    page = PageReading(PageStatus.RED, "Investigating “errors”\x00", components=("API",))
    worker.judge(worker.see("vendor1", 0), worker.see("vendor1", 1, check="page", page=page))
    worker.judge(*(worker.see("vendor1", at, Cause.SERVER_ERROR, http_status=503, detail="It says: \x00no") for at in (60, 80, 100)))
    worker.keep(*apply(worker.memory, Request("acknowledge", {"incident": 1}), ms(110)))
    recalled = worker.recalled()
    assert recalled.incidents == worker.memory.incidents
    assert recalled.incidents[1].told == ("ops",)
    assert recalled.stretches.keys() == worker.memory.stretches.keys()
    assert recalled.lines == worker.memory.lines


def test_a_group_and_its_members_are_remembered(worker: Worker) -> None:
    slugs = [f"vendor{number}" for number in range(1, 8)]
    worker.judge(*(worker.see(slug, 0) for slug in slugs))
    for turn in range(3):
        results = [worker.see(slug, 60 + 20 * turn, Cause.TIMEOUT) for slug in slugs[:5]]
        worker.judge(*results, canaries=Round(ms(61 + 20 * turn), 2, 2))
    assert len(worker.memory.incidents) == 6
    assert same(worker.recalled(), worker.memory)


def test_the_same_results_judged_again_after_a_crash_change_nothing(worker: Worker) -> None:
    worker.judge(worker.see("vendor1", 0))
    results = [worker.see("vendor1", at, Cause.SERVER_ERROR) for at in (60, 80, 100)]
    worker.judge(*results)
    worker.memory = worker.recalled()
    before = worker.memory.copy()
    worker.judge(*results)
    assert same(worker.memory, before)
    with worker.db.read() as conn:
        assert [event.kind for event in events(conn, 1)].count("opened") == 1


def test_a_second_in_which_nothing_happens_writes_nothing(worker: Worker) -> None:
    worker.judge(worker.see("vendor1", 0))
    _, worker.memory = tick(worker.memory, ms(1))
    assert tick(worker.memory, ms(2)) == (Ledger(), worker.memory)
