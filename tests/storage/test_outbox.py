"""The outbox: every alert once, in order, and nothing forgotten by a crash."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.delivery import ChannelHealth
from core.ledger import AlertKind, AlertRow, Ledger
from storage import changes, deliveries
from storage.engine import Database
from storage.outbox import StoredOutbox
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import MINUTE, NOON


@pytest.fixture
def outbox(db: Database) -> StoredOutbox:
    return StoredOutbox(db)


def told(db: Database, epoch: int, *alerts: AlertRow) -> None:
    Writer(db).commit(Ledger(alerts=list(alerts)), epoch=epoch)


def ids(outbox: StoredOutbox, channel: str = "ops") -> list[Sequence[int]]:
    return [parcel.ids for parcel in outbox.pending(channel)]


def test_alerts_of_one_incident_are_one_parcel_in_their_order(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    opened, updated = samples.alert(1), samples.alert(1, at_ms=NOON + MINUTE, kind=AlertKind.UPDATED)
    told(db, epoch, opened, samples.alert(2), updated)
    assert ids(outbox) == [(1, 3), (2,)]
    assert outbox.pending("ops")[0].due_ms == NOON


def test_an_opening_behind_a_long_queue_is_seen_by_whoever_hands_over(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, *(samples.alert(ident) for ident in range(1, 8)))
    outbox.hand_over([1, 2, 3, 4, 5, 6], to="mail", at_ms=NOON)
    told(db, epoch, samples.alert(2, kind=AlertKind.UPDATED), samples.alert(8))
    seen = [parcel.ids for parcel in outbox.pending("ops", limit=2)]
    assert seen == [(1,), (2, 14), (7,), (15,)], "two in their turn, whole, and the two that nobody has handed over"


def test_alerts_without_an_incident_stand_alone_and_keep_their_body(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(None, kind=AlertKind.BUDGET), samples.alert(None, kind=AlertKind.BUDGET))
    assert ids(outbox) == [(1,), (2,)]
    assert outbox.pending("ops")[0].alerts[0].body == {"used": 80}


def test_channels_do_not_see_each_others_alerts(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(1, "mail"))
    assert outbox.channels() == {"ops", "mail"}
    assert (ids(outbox), ids(outbox, "mail")) == ([(1,)], [(2,)])


def test_what_was_delivered_is_not_due_again_and_its_message_is_known(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1))
    outbox.delivered([1], at_ms=NOON + 1, ref={"ts": "17.1"}, detail="posted", began_ms=NOON)
    assert outbox.channels() == set()
    assert outbox.message(1, "ops") == {"ts": "17.1"}
    told(db, epoch, samples.alert(1, kind=AlertKind.RESOLVED))
    assert outbox.pending("ops")[0].ref == {"ts": "17.1"}
    with db.read() as conn:
        (attempt,) = deliveries.deliveries(conn)
    assert (attempt.ok, attempt.detail, attempt.attempt, attempt.alerts) == (True, "posted", 1, (1,))


def test_a_delivery_without_a_new_ref_keeps_the_old_one(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(1))
    outbox.delivered([1], at_ms=NOON, ref={"ts": "17.1"}, detail="posted", began_ms=NOON)
    outbox.delivered([2], at_ms=NOON, ref=None, detail="edited", began_ms=NOON)
    assert outbox.message(1, "ops") == {"ts": "17.1"}


def test_a_failed_delivery_is_due_later_and_counts(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(2))
    for attempt in (1, 2):
        outbox.claim([1], at_ms=NOON)
        outbox.failed([1], at_ms=NOON + attempt, error="503", next_due_ms=NOON + 9, doubtful=True, ref=None, began_ms=NOON)
    assert ids(outbox) == [(2,), (1,)]
    alert = outbox.pending("ops")[1].alerts[0]
    assert (alert.attempts, alert.first_failed_ms, alert.due_ms, alert.claimed_ms, alert.doubtful) == (2, NOON + 1, NOON + 9, None, True)
    with db.read() as conn:
        assert [(row.ok, row.attempt) for row in deliveries.deliveries(conn)] == [(False, 2), (False, 1)]
        assert [line.error for line in deliveries.alerts(conn, waiting=True)] == ["", "503"]


def test_a_claim_outlives_the_process_that_made_it(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1))
    outbox.claim([1], at_ms=NOON + 5)
    assert StoredOutbox(db).pending("ops")[0].alerts[0].claimed_ms == NOON + 5


def test_a_dead_letter_is_seen_and_not_tried_again(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(2))
    outbox.dead([1], at_ms=NOON, error="channel_not_found")
    assert ids(outbox) == [(2,)]
    with db.read() as conn:
        assert [(line.id, line.error) for line in deliveries.alerts(conn, dead=True)] == [(1, "channel_not_found")]
        assert deliveries.waiting(conn) == {"ops": 1}


def test_what_is_settled_stays_as_it_was_settled(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(2))
    outbox.delivered([1], at_ms=NOON, ref=None, detail="posted", began_ms=NOON)
    outbox.failed([2], at_ms=NOON, error="", next_due_ms=NOON + MINUTE, doubtful=False, ref=None, began_ms=NOON)
    outbox.dead([1, 2], at_ms=NOON + 1, error="channel_not_found")
    outbox.release("ops", at_ms=NOON + 2)
    with db.read() as conn:
        settled = {line.id: (line.delivered_ms, line.dead_ms, line.due_ms) for line in deliveries.alerts(conn)}
    assert settled == {1: (NOON, None, NOON), 2: (None, NOON + 1, NOON + MINUTE)}


def test_what_is_handed_over_is_copied_once(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(1))
    for _ in range(2):
        outbox.hand_over([1, 2], to="mail", at_ms=NOON + 7)
    (parcel,) = outbox.pending("mail")
    assert [(alert.handed_from, alert.due_ms, alert.created_ms) for alert in parcel.alerts] == [("ops", NOON + 7, NOON)] * 2
    assert [alert.handed_to for alert in outbox.pending("ops")[0].alerts] == ["mail", "mail"]


def test_two_dispatchers_that_hand_over_at_once_make_one_copy(db: Database, epoch: int) -> None:
    told(db, epoch, *(samples.alert(n) for n in range(1, 9)))
    with ThreadPoolExecutor() as both:
        list(both.map(lambda _: StoredOutbox(db).hand_over(range(1, 9), to="mail", at_ms=NOON), range(4)))
    assert sorted(parcel.incident or 0 for parcel in StoredOutbox(db).pending("mail")) == list(range(1, 9))


def test_a_channel_that_is_back_has_everything_due(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1), samples.alert(2, "mail"))
    for each in (1, 2):
        outbox.failed([each], at_ms=NOON, error="", next_due_ms=NOON + MINUTE, doubtful=False, ref=None, began_ms=NOON)
    outbox.release("ops", at_ms=NOON + 3)
    assert (outbox.pending("ops")[0].due_ms, outbox.pending("mail")[0].due_ms) == (NOON + 3, NOON + MINUTE)


def test_the_breaker_of_a_channel_is_kept_over_a_restart(db: Database, outbox: StoredOutbox) -> None:
    assert outbox.health("ops") == ChannelHealth("ops")
    open_now = ChannelHealth("ops", (NOON, NOON + 1), NOON + 1, NOON + 30, None, "503", NOON - 1)
    outbox.save_health(open_now, at_ms=NOON)
    assert StoredOutbox(db).health("ops") == open_now
    with db.read() as conn:
        assert deliveries.channels(conn) == [open_now]


def test_every_change_of_the_outbox_shows_on_the_deliveries_page(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    told(db, epoch, samples.alert(1))
    outbox.failed([1], at_ms=NOON, error="x", next_due_ms=NOON, doubtful=False, ref=None, began_ms=NOON)
    outbox.delivered([1], at_ms=NOON, ref=None, detail="", began_ms=NOON)
    with db.read() as conn:
        assert deliveries.deliveries(conn, before=2)[0].id == 1
        assert changes.version(conn, "deliveries") == 2


def test_what_a_delivery_speaks_of_is_named_with_an_incident_and_without(db: Database, epoch: int, outbox: StoredOutbox) -> None:
    samples.watched(db, "stripe")
    burn = replace(samples.alert(None, kind=AlertKind.FAST_BURN), body={"name": "PayPal"})
    rows = [samples.alert(1), burn, samples.alert(None, kind=AlertKind.BLIND)]
    Writer(db).commit(Ledger(incidents=[samples.incident(1, 1, 1, NOON)], alerts=rows), epoch=epoch)
    for number in (1, 2, 3):
        outbox.delivered([number], at_ms=NOON, ref=None, detail="", began_ms=NOON)
    with db.read() as conn:
        assert deliveries.subjects(conn, deliveries.deliveries(conn)) == {1: "Stripe", 2: "PayPal"}
