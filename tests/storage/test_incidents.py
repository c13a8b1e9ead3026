"""Incidents with everything that was noted of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.health import Cause
from core.ledger import IncidentKind, Ledger
from core.verdict import Party
from storage import evidence, incidents
from storage.engine import Database
from storage.incidents import IncidentFilter
from storage.outbox import StoredOutbox
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import HOUR, LOCAL, MINUTE, NOON


@pytest.fixture
def several(db: Database, epoch: int) -> Database:
    """Three of two integrations and a group: an open one, one that was ours, one of a group."""
    samples.watched(db, "stripe", "paypal")
    rows = [
        samples.incident(1, 1, 1, NOON - 5 * HOUR, NOON - 4 * HOUR),
        samples.incident(2, 2, 3, NOON - 3 * HOUR, NOON - 2 * HOUR, verdict=samples.verdict(Party.OURS)),
        replace(samples.incident(3, 1, 1, NOON, group=4), cause=Cause.TIMEOUT),
        samples.incident(4, None, 1, NOON, title="Many at once"),
    ]
    Writer(db).commit(Ledger(incidents=rows), epoch=epoch)
    return db


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (IncidentFilter(), [4, 3, 2, 1]),
        (IncidentFilter(integration=1), [3, 1]),
        (IncidentFilter(kind=IncidentKind.GROUP), [4]),
        (IncidentFilter(party=Party.OURS), [2]),
        (IncidentFilter(cause=Cause.TIMEOUT), [3]),
        (IncidentFilter(open=True), [4, 3]),
        (IncidentFilter(open=False), [2, 1]),
        (IncidentFilter(group=4), [3]),
        (IncidentFilter(from_ms=NOON - 3 * HOUR), [4, 3, 2]),
        (IncidentFilter(from_ms=NOON - 6 * HOUR, to_ms=NOON), [2, 1]),
    ],
)
def test_a_filter_finds_what_it_says(several: Database, asked: IncidentFilter, found: list[int]) -> None:
    with several.read() as conn:
        assert [line.incident.id for line in incidents.incidents(conn, asked)] == found


def test_a_long_list_is_read_page_by_page_and_names_its_integrations(several: Database) -> None:
    with several.read() as conn:
        first = incidents.incidents(conn, limit=2)
        second = incidents.incidents(conn, limit=2, before=first[-1].incident.id)
    assert [(line.incident.id, line.slug, line.name) for line in first + second] == [
        (4, None, None),
        (3, "stripe", "Stripe"),
        (2, "paypal", "Paypal"),
        (1, "stripe", "Stripe"),
    ]


def test_an_incident_opens_with_all_that_belongs_to_it(several: Database, epoch: int) -> None:
    failing = samples.result(1, NOON + MINUTE, Cause.TIMEOUT)
    ledger = Ledger(
        results=[samples.result(1, NOON - MINUTE, Cause.TIMEOUT), failing],
        verdicts=[samples.verdict_row(1, NOON, None, 3)],
        events=[samples.event(3, NOON, "opened"), samples.event(3, NOON, "verdict"), samples.event(3, NOON - MINUTE, "last_good")],
        alerts=[samples.alert(3)],
    )
    Writer(several).commit(ledger, epoch=epoch)
    StoredOutbox(several).delivered([1], at_ms=NOON, ref=None, detail="posted", began_ms=NOON)
    with several.read() as conn:
        found = incidents.incident(conn, 3)
        group = incidents.incident(conn, 4)
        assert incidents.incident(conn, 99) is None
    assert found is not None
    assert found.integration is not None
    assert found.integration.plan.slug == "stripe"
    assert [event.kind for event in found.events] == ["last_good", "opened", "verdict"]
    assert [failure.at_ms for failure in found.failures] == [failing.at_ms]
    assert [delivery.detail for delivery in found.deliveries] == ["posted"]
    assert [row.start_ms for row in found.verdicts] == [NOON]
    assert group is not None
    assert [member.incident.id for member in group.members] == [3]


def test_an_incident_written_again_is_the_same_incident(several: Database, epoch: int) -> None:
    with several.read() as conn:
        before = incidents.incident_row(conn, 3)
    assert before is not None
    acknowledged = replace(before, acknowledged_ms=NOON + 1, acknowledged_by="Mina", told=("ops",), blamed=((Party.THEIRS, 60_000),))
    Writer(several).commit(Ledger(incidents=[acknowledged]), epoch=epoch)
    with several.read() as conn:
        assert incidents.incident_row(conn, 3) == acknowledged
        assert [row.id for row in incidents.open_incidents(conn)] == [3, 4]
        assert [row.id for row in incidents.incidents_between(conn, [1], NOON - 4 * HOUR - 1, NOON + 1)] == [1, 3]
        assert incidents.next_id(conn) == 5


def test_evidence_is_found_by_what_its_permalink_says(db: Database, epoch: int) -> None:
    samples.watched(db)
    failing = samples.result(1, NOON, Cause.SERVER_ERROR, phases=samples.phases(120_000))
    silent = samples.result(1, NOON + MINUTE, Cause.DNS, kept=False)
    Writer(db).commit(Ledger(results=[failing, silent, samples.result(1, NOON + 2 * MINUTE)]), epoch=epoch)
    with db.read() as conn:
        opened = evidence.evidence(conn, 1, LOCAL, NOON)
        bare = evidence.evidence(conn, 1, LOCAL, NOON + MINUTE)
        assert evidence.evidence(conn, 1, LOCAL, NOON + 2 * MINUTE) is None
        listed = evidence.failures(conn, 1, 0, NOON * 2)
    assert opened is not None
    assert (opened.evidence, opened.phases, opened.vendor_code) == (failing.evidence, failing.phases, "overloaded")
    assert bare is not None
    assert (bare.evidence, bare.cause, bare.detail) == (None, Cause.DNS, "Service unavailable")
    assert [(line.at_ms, line.cause, line.http_status) for line in listed] == [
        (NOON + MINUTE, Cause.DNS, 503),
        (NOON, Cause.SERVER_ERROR, 503),
    ]
