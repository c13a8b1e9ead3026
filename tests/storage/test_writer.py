"""A ledger is written whole, once, by the leader alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from core.health import Cause, Evidence, Outcome, Status
from core.ledger import Answer, Ledger, SignalRow, WindowKind, WindowRow
from storage import changes, evidence, incidents, lease, requests, results, states, timeline, wall, windows
from storage.engine import Database
from storage.faults import Fenced
from storage.outbox import StoredOutbox
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import LOCAL, MINUTE, NOON


def test_every_list_of_a_ledger_is_on_disk_after_the_commit(db: Database, epoch: int) -> None:
    catalogue = samples.watched(db)
    check = catalogue.plan.checks[1]
    Writer(db).commit(samples.outage(check.integration, check.id, NOON), epoch=epoch)
    with db.read() as conn:
        assert [line.cause for line in results.results(conn, check.id, LOCAL, 0, NOON + 1)] == [Cause.SERVER_ERROR]
        assert results.phases(conn, check.id, LOCAL, 0, NOON + 1).tls_us.tolist() == [20_000]
        assert [span.end_ms for span in timeline.spans(conn, [check.id], 0, NOON + 1)] == [NOON, None]
        assert [row.verdict for row in timeline.verdicts(conn, [check.id], 0, NOON + 1)] == [samples.verdict()]
        assert [row.status for row in states.load_states(conn)] == [Status.DOWN]
        found = incidents.incident(conn, 1)
        assert found is not None
        assert [event.kind for event in found.events] == ["first_failure", "opened"]
        assert [line.at_ms for line in found.failures] == [NOON]
        assert changes.versions(conn)["incidents"] == 1
    assert [parcel.incident for parcel in StoredOutbox(db).pending("ops")] == [1]


def test_the_status_on_the_wall_enters_with_the_transition(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1]
    Writer(db).commit(samples.outage(check.integration, check.id, NOON), epoch=epoch)
    with db.read() as conn:
        (summary,) = wall.summaries(conn)
    assert (summary.status, summary.since_ms) == (Status.DOWN, NOON)
    assert [incident.id for incident in summary.incidents] == [1]


def test_a_check_that_does_not_count_leaves_the_integration_as_it_is(db: Database, epoch: int) -> None:
    api, page = samples.watched(db).plan.checks.values()
    states_now = [samples.state(api.id, Status.UP, NOON), samples.state(page.id, Status.DOWN, NOON)]
    Writer(db).commit(Ledger(states=states_now), epoch=epoch)
    with db.read() as conn:
        assert [summary.status for summary in wall.summaries(conn)] == [Status.UP]


def test_a_run_of_failures_not_yet_confirmed_stands_beside_up(db: Database, epoch: int) -> None:
    api = samples.watched(db).plan.checks[1]
    Writer(db).commit(Ledger(states=[samples.state(api.id, Status.UP, NOON, failing=1)]), epoch=epoch)
    with db.read() as conn:
        (summary,) = wall.summaries(conn)
    assert (summary.status, summary.failing, summary.fail_after) == (Status.UP, 1, 3)


def test_a_result_written_twice_keeps_its_first_row(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    writer = Writer(db)
    writer.commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
    writer.commit(Ledger(results=[samples.result(check, NOON, Cause.TIMEOUT), samples.result(check, NOON + MINUTE)]), epoch=epoch)
    with db.read() as conn:
        assert [line.cause for line in results.results(conn, check, LOCAL, 0, NOON * 2)] == [None, None]


def test_a_result_told_otherwise_adds_neither_phases_nor_evidence_to_the_first(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    first = [samples.result(check, NOON + n * MINUTE) for n in range(2)]
    otherwise = [replace(samples.result(check, one.at_ms, Cause.TIMEOUT), phases=samples.phases(120_000)) for one in first]
    later = replace(samples.result(check, NOON + 2 * MINUTE, Cause.DNS), phases=samples.phases(50_000))
    Writer(db).commit(Ledger(results=[first[0]]), epoch=epoch)
    Writer(db).commit(Ledger(results=[*otherwise[:1], first[1], *otherwise[1:], later]), epoch=epoch)
    with db.read() as conn:
        assert [line.cause for line in results.results(conn, check, LOCAL, 0, NOON * 2)] == [Cause.DNS, None, None]
        assert results.phases(conn, check, LOCAL, 0, NOON * 2).at_ms.tolist() == [later.at_ms]
        kept = [evidence.evidence(conn, check, LOCAL, NOON + n * MINUTE) is not None for n in range(3)]
    assert kept == [False, False, True]


def test_a_span_that_goes_on_replaces_its_row(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    open_span = samples.span(check, NOON, None)
    Writer(db).commit(Ledger(spans=[open_span, replace(open_span, gap_ms=20_000)]), epoch=epoch)
    Writer(db).commit(Ledger(spans=[replace(open_span, end_ms=NOON + MINUTE)]), epoch=epoch)
    with db.read() as conn:
        assert [span.end_ms for span in timeline.spans(conn, [check], NOON, NOON + 1)] == [NOON + MINUTE]


def test_a_ledger_that_cannot_be_written_whole_is_not_written_at_all(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    nameless = replace(samples.alert(1), channel=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        Writer(db).commit(Ledger(results=[samples.result(check, NOON)], alerts=[nameless]), epoch=epoch)
    with db.read() as conn:
        assert results.results(conn, check, LOCAL, 0, NOON + 1) == []


def test_a_leader_that_was_replaced_writes_nothing(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        Writer(db).commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
    with db.read() as conn:
        assert results.results(conn, check, LOCAL, 0, NOON + 1) == []


def test_evidence_is_kept_for_failures_and_changes_only(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    seen = Evidence("GET /", "HTTP/1.1 200")
    well = replace(samples.result(check, NOON), evidence=seen)
    changed = replace(samples.result(check, NOON + MINUTE), evidence=seen)
    writer = Writer(db)
    writer.commit(Ledger(results=[well]), epoch=epoch)
    writer.commit(Ledger(results=[changed], spans=[samples.span(check, NOON + MINUTE, None)]), epoch=epoch)
    with db.read() as conn:
        assert evidence.evidence(conn, check, LOCAL, NOON) is None
        kept = evidence.evidence(conn, check, LOCAL, NOON + MINUTE)
        assert evidence.failures(conn, 1, 0, NOON * 2) == [], "that it was well again is no failure"
    assert kept is not None
    assert kept.evidence == seen


def test_foreign_text_that_no_database_takes_does_not_stop_the_flush(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    odd = "a\x00b\ud800c"
    broken = samples.result(check, NOON, Cause.CONTRACT)
    broken = replace(broken, outcome=Outcome(Cause.CONTRACT, 200, odd, odd, odd), evidence=Evidence(odd, odd))
    signal = SignalRow(check, "page", NOON, {"headline": odd})
    Writer(db).commit(Ledger(results=[broken], events=[samples.event(1, NOON, text=odd)], signals=[signal]), epoch=epoch)
    with db.read() as conn:
        kept = evidence.evidence(conn, check, LOCAL, NOON)
        assert kept is not None
        assert kept.detail == "a\ufffdb?c"
        assert kept.evidence is not None
        assert kept.evidence.response.startswith("a")
        assert states.signals(conn)[0].body["headline"].startswith("a")


def test_an_absurd_duration_does_not_stop_the_flush(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    Writer(db).commit(Ledger(results=[samples.result(check, NOON, Cause.TIMEOUT, 2**40)]), epoch=epoch)
    with db.read() as conn:
        assert results.results(conn, check, LOCAL, 0, NOON + 1)[0].total_us == 2**31 - 1


def test_a_version_rises_for_what_changed_and_for_nothing_else(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    with db.read() as conn:
        before = changes.versions(conn)
    Writer(db).commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
    with db.read() as conn:
        assert changes.versions(conn) == before
    Writer(db).commit(Ledger(topics={"wall"}), epoch=epoch)
    with db.read() as conn:
        assert changes.versions(conn) == {**before, "wall": before["wall"] + 1}


def test_an_answer_closes_its_request(db: Database, epoch: int) -> None:
    asked = requests.append(db, "acknowledge", {"incident": 1}, "Mina", NOON)
    Writer(db).commit(Ledger(answers=[Answer(asked, NOON + 1, True, "Acknowledged.", {"incident": 1})]), epoch=epoch)
    answered = requests.wait(db, asked, 0)
    assert answered.answer == Answer(asked, NOON + 1, True, "Acknowledged.", {"incident": 1})


def test_a_silence_is_made_and_ended_through_a_ledger(db: Database, epoch: int) -> None:
    made = WindowRow(WindowKind.SILENCE, NOON, NOON + MINUTE, (1,), "noisy", "Mina")
    Writer(db).commit(Ledger(windows=[made]), epoch=epoch)
    with db.read() as conn:
        (stored,) = windows.windows(conn, NOON, NOON + 1)
    assert replace(stored, id=None) == made
    Writer(db).commit(Ledger(windows=[replace(stored, end_ms=NOON + 10)]), epoch=epoch)
    with db.read() as conn:
        assert [row.end_ms for row in windows.windows(conn, NOON, NOON + 1)] == [NOON + 10]


class BreaksAfterCommit(Database):
    """A connection that is lost when the server has committed and its answer is still under way."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self._broken = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._inner.write() as conn:
            yield conn
        if not self._broken:
            self._broken = True
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))


def test_a_commit_that_happened_before_the_connection_broke_is_not_said_to_have_failed(db: Database, epoch: int) -> None:
    check = samples.watched(db).plan.checks[1].id
    Writer(BreaksAfterCommit(db)).commit(Ledger(results=[samples.result(check, NOON)]), epoch=epoch)
    with db.read() as conn:
        assert len(results.results(conn, check, LOCAL, 0, NOON + 1)) == 1
