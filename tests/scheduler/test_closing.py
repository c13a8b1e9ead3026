"""Months that close by themselves, on both databases, with a clock that the test turns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from core.calendar import CLOSING_MS, Period, month
from core.declared import DeclaredCheck, DeclaredIntegration
from core.health import Cause
from core.ledger import Ledger
from core.plan import Objective
from core.verdict import Party
from scheduler.closing import AUTHOR, CORRECTED_MS, Closing, due
from sla.freeze import thaw_row
from sla.portfolio import Row
from storage import incidents, lease, periods
from storage.engine import Database
from storage.faults import Fenced
from storage.folding import Folder
from storage.rows import PeriodRow
from storage.sync import sync
from storage.writer import Writer
from tests.storage.samples import DAY, HOUR, MINUTE, incident, result, span, verdict, verdict_row

NOVEMBER = month(2025, 11, "Europe/Berlin")
DECEMBER = month(2025, 12, "Europe/Berlin")
END = NOVEMBER.end_ms


def declared(slug: str, target: str | None = "99.9") -> DeclaredIntegration:
    objective = Objective(availability_pct=Decimal(target)) if target else None
    checks = (DeclaredCheck("api", "API", "http", counts=True),)
    return DeclaredIntegration(slug, slug.title(), slug, slug.title(), "payments", objective=objective, checks=checks)


@dataclass
class Worker:
    """Stripe is check 1 of integration 1, PayPal check 2 of integration 2."""

    db: Database
    epoch: int
    folder: Folder
    closing: Closing

    def write(self, ledger: Ledger) -> None:
        Writer(self.db).commit(ledger, epoch=self.epoch)
        self.folder.note(ledger)

    def hear(self, check: int, at_ms: int) -> None:
        self.write(Ledger(results=[result(check, at_ms)]))

    def run(self, now_ms: int) -> None:
        self.folder.fold(now_ms, epoch=self.epoch)
        self.closing.run(now_ms, epoch=self.epoch)

    def closed(self, integration: int | None = None, *, replaced: bool = False) -> list[PeriodRow]:
        with self.db.read() as conn:
            return periods.periods(conn, integration=integration, replaced=replaced)

    def row(self, integration: int) -> Row:
        (kept,) = self.closed(integration)
        return thaw_row(dict(kept.body))


@pytest.fixture
def worker(db: Database, epoch: int) -> Worker:
    """Two vendors, well since three hours before the month's end."""
    sync(db, [declared("stripe"), declared("paypal")], END - 3 * HOUR, epoch=epoch)
    made = Worker(db, epoch, Folder(db), Closing(db, "Europe/Berlin"))
    for check in (1, 2):
        times = range(END - 3 * HOUR, END, MINUTE)
        made.write(Ledger(results=[result(check, at) for at in times], spans=[span(check, END - 3 * HOUR, None)]))
    return made


def test_a_month_closes_when_every_check_has_a_result_after_its_end(worker: Worker) -> None:
    worker.hear(1, END + MINUTE)
    worker.run(END + 2 * MINUTE)
    assert [row.integration for row in worker.closed()] == [1]
    worker.hear(2, END + 3 * MINUTE)
    worker.run(END + 4 * MINUTE)
    assert {row.integration: row.closed_ms for row in worker.closed()} == {1: END + 2 * MINUTE, 2: END + 4 * MINUTE}


def test_before_its_end_nothing_closes_and_at_the_latest_six_hours_after(worker: Worker) -> None:
    worker.run(END - 1)
    worker.run(END + CLOSING_MS - 1)
    assert worker.closed() == []
    worker.run(END + CLOSING_MS)
    assert {row.integration for row in worker.closed()} == {1, 2}


def test_a_closed_row_holds_the_month_with_its_hash_and_its_latencies(worker: Worker) -> None:
    worker.run(END + CLOSING_MS)
    (kept,) = worker.closed(1)
    assert (kept.start_ms, kept.end_ms, kept.zone, kept.author) == (NOVEMBER.start_ms, END, "Europe/Berlin", None)
    assert hashlib.sha256(kept.text.encode()).hexdigest() == kept.hash
    row = worker.row(1)
    assert (row.slug, row.contract.target_pct, row.latency.results if row.latency else None) == ("stripe", Decimal("99.9"), 180)


def test_it_closes_once_whoever_runs_it_how_often_ever(worker: Worker) -> None:
    worker.run(END + CLOSING_MS)
    before = worker.closed(replaced=True)
    worker.run(END + CLOSING_MS + HOUR)
    Closing(worker.db, "Europe/Berlin").run(END + 2 * DAY, epoch=worker.epoch)
    assert worker.closed(replaced=True) == before


def test_what_a_dead_worker_left_half_closed_the_next_one_closes(worker: Worker) -> None:
    worker.hear(1, END + MINUTE)
    worker.run(END + 2 * MINUTE)
    epoch = lease.take(worker.db, None, END + 50 * DAY)
    Closing(worker.db, "Europe/Berlin").run(END + 50 * DAY, epoch=epoch)
    assert [(row.start_ms, row.integration) for row in worker.closed()] == [
        (DECEMBER.start_ms, 1),
        (DECEMBER.start_ms, 2),
        (NOVEMBER.start_ms, 1),
        (NOVEMBER.start_ms, 2),
    ]


@pytest.mark.parametrize("target", ["99.9", None])
def test_whoever_no_longer_leads_closes_nothing(worker: Worker, target: str | None) -> None:
    sync(worker.db, [declared("stripe", target), declared("paypal", target)], END - 2, epoch=worker.epoch)
    worker.run(END - 1)
    lease.take(worker.db, None, END)
    with pytest.raises(Fenced):
        worker.closing.run(END + CLOSING_MS, epoch=worker.epoch)
    assert worker.closed() == []


def test_a_target_that_is_set_later_does_not_reach_back(worker: Worker) -> None:
    sync(worker.db, [declared("stripe", None), declared("paypal")], END, epoch=worker.epoch)
    worker.run(END + CLOSING_MS)
    sync(worker.db, [declared("stripe"), declared("paypal")], END + DAY, epoch=worker.epoch)
    worker.run(END + 2 * DAY)
    assert [row.integration for row in worker.closed()] == [2]


def test_what_was_removed_in_the_month_is_closed_with_it(worker: Worker) -> None:
    sync(worker.db, [declared("paypal")], END - HOUR, epoch=worker.epoch)
    worker.run(END + CLOSING_MS)
    assert {row.integration for row in worker.closed()} == {1, 2}
    assert worker.row(1).end_ms == END - HOUR


# Corrections.


@pytest.fixture
def trouble(worker: Worker) -> Callable[..., None]:
    """Stripe has been down since 20 minutes before the month's end, and is not back before the close."""

    def judged(party: Party, end_ms: int | None = None, **said: object) -> None:
        start = END - 20 * MINUTE
        row = replace(incident(7, 1, 1, start, end_ms), verdict=verdict(party), **said)  # type: ignore[arg-type]
        ends = [span(1, start, end_ms, Cause.SERVER_ERROR)] + ([span(1, end_ms, None)] if end_ms else [])
        worker.write(
            Ledger(spans=[span(1, END - 3 * HOUR, start), *ends], verdicts=[verdict_row(1, start, end_ms, 7, party)], incidents=[row])
        )

    return judged


def test_a_party_that_changes_after_the_close_writes_a_correction(worker: Worker, trouble: Callable[..., None]) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    before = worker.row(1)
    trouble(Party.OURS)
    worker.run(END + CLOSING_MS + 5 * MINUTE)
    newest, first = worker.closed(1, replaced=True)
    assert (newest.replaces, newest.author, first.author) == (first.id, AUTHOR, None)
    assert newest.reason == "Incident 7 is ours, not theirs. 20.0 min less are charged."
    assert (before.buckets.theirs_ms, worker.row(1).buckets.ours_ms) == (20 * MINUTE, 20 * MINUTE)
    assert [row.author for row in worker.closed(2)] == [None]


def test_a_correction_is_written_once_and_back_again_is_another(worker: Worker, trouble: Callable[..., None]) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    for number, party in enumerate((Party.OURS, Party.OURS, Party.THEIRS), start=1):
        trouble(party)
        worker.run(END + CLOSING_MS + number * HOUR)
    assert len(worker.closed(1, replaced=True)) == 3
    assert worker.row(1).buckets.theirs_ms == 20 * MINUTE


def test_what_changed_while_nobody_worked_is_corrected_at_the_next_start(worker: Worker, trouble: Callable[..., None]) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    trouble(Party.PATH, END + 5 * DAY)
    Closing(worker.db, "Europe/Berlin").run(END + 20 * DAY, epoch=worker.epoch)
    assert [row.author for row in worker.closed(1)] == [AUTHOR]


def test_an_incident_that_opens_after_the_close_and_began_before_it_is_a_correction(worker: Worker) -> None:
    start = END - MINUTE
    worker.write(Ledger(spans=[span(1, END - 3 * HOUR, start), span(1, start, None, Cause.SERVER_ERROR)]))
    worker.write(Ledger(verdicts=[verdict_row(1, start, None, None)], results=[result(1, END + 1, Cause.SERVER_ERROR)]))
    worker.run(END + 2)
    assert worker.row(1).buckets.short_ms == MINUTE
    worker.write(Ledger(verdicts=[verdict_row(1, start, None, 7)], incidents=[incident(7, 1, 1, start)]))
    worker.run(END + 3 * MINUTE)
    assert worker.row(1).buckets.theirs_ms == MINUTE
    assert [row.reason for row in worker.closed(1)] == ["Incident 7 was opened after the close: theirs. 1.0 min more are charged."]


@pytest.mark.parametrize(("after_ms", "authors"), [(CORRECTED_MS, [AUTHOR]), (CORRECTED_MS + 1, [None])])
def test_a_month_that_ended_very_long_ago_is_left_in_peace(
    worker: Worker, trouble: Callable[..., None], after_ms: int, authors: list[str | None]
) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    trouble(Party.OURS)
    Closing(worker.db, "Europe/Berlin").run(END + after_ms, epoch=worker.epoch)
    assert [row.author for row in worker.closed(1) if row.start_ms == NOVEMBER.start_ms] == authors


def test_trouble_that_goes_on_as_it_was_is_no_correction(worker: Worker, trouble: Callable[..., None]) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    trouble(Party.THEIRS, END + 10 * HOUR, title="Charges failed")
    worker.run(END + 11 * HOUR)
    with worker.db.read() as conn:
        assert incidents.incident_row(conn, 7)
    assert len(worker.closed(1, replaced=True)) == 1


def test_a_persons_correction_stands(worker: Worker, trouble: Callable[..., None]) -> None:
    trouble(Party.THEIRS)
    worker.run(END + CLOSING_MS)
    (kept,) = worker.closed(1)
    stretch = {"integration": 1, "start_ms": kept.start_ms, "end_ms": kept.end_ms, "zone": kept.zone, "closed_ms": END + DAY}
    periods.freeze(worker.db, **stretch, body=kept.text, digest=kept.hash, author="Mina", reason="agreed with Stripe")  # type: ignore[arg-type]
    trouble(Party.OURS)
    worker.run(END + 2 * DAY)
    assert [row.author for row in worker.closed(1)] == ["Mina"]


# Which months are due, alone.


@pytest.mark.parametrize(
    ("now", "until", "first", "expected"),
    [
        (END, None, None, []),
        (END - 1, None, NOVEMBER.start_ms, []),
        (END, None, NOVEMBER.start_ms + DAY, ["2025-11"]),
        (END, None, END, []),
        (DECEMBER.end_ms, None, NOVEMBER.start_ms - 1, ["2025-10", "2025-11", "2025-12"]),
        (DECEMBER.end_ms, END, NOVEMBER.start_ms - DAY, ["2025-12"]),
        (DECEMBER.end_ms, DECEMBER.end_ms, 0, []),
        (END, month(2025, 10, "UTC").end_ms, 0, ["2025-11"]),
        (END, month(2025, 10, "America/Lima").end_ms, 0, ["2025-11"]),
    ],
)
def test_due_are_the_months_that_are_over_and_not_yet_closed(now: int, until: int | None, first: int | None, expected: list[str]) -> None:
    found: list[Period] = due(now, "Europe/Berlin", until, first)
    assert [period.key for period in found] == expected
