"""The dispatcher over the outbox on disk: what a killed worker leaves, the breaker over a restart, the fallback."""

from __future__ import annotations

import pytest

from alerts.channel import Channel
from alerts.dispatch import Dispatcher
from core.ledger import AlertKind, AlertRow, Ledger
from storage.deliveries import alerts, deliveries
from storage.engine import Database
from storage.lease import take
from storage.outbox import StoredOutbox
from storage.writer import Writer
from tests.alerts.conftest import Clock
from tests.alerts.samples import incident, resolved
from tests.alerts.slack_server import SlackServer
from tests.alerts.world import Pager, drain

pytestmark = pytest.mark.anyio


def write(db: Database, clock: Clock, *kinds: AlertKind, channel: str = "ops") -> None:
    rows = [AlertRow(1, channel, kind, clock(), 1) for kind in kinds]
    Writer(db).commit(Ledger(alerts=rows), epoch=take(db, None, clock()))


def dispatcher(db: Database, clock: Clock, fallback: str | None = None, **channels: Channel) -> Dispatcher:
    return Dispatcher(outbox=StoredOutbox(db), channels=channels, fallback=fallback, look={1: incident(id=1)}.get, now_ms=clock)


async def test_delivered_rows_stay_delivered_and_are_shown(db: Database, clock: Clock, slack: SlackServer, ops: Channel) -> None:
    write(db, clock, AlertKind.OPENED, AlertKind.UPDATED)
    await drain(dispatcher(db, clock, ops=ops), clock, "ops")
    await drain(dispatcher(db, clock, ops=ops), clock, "ops")
    assert len(slack.in_channel) == 1
    with db.read() as conn:
        [delivery] = deliveries(conn)
        assert all(alert.delivered_ms is not None for alert in alerts(conn))
    assert delivery.ok
    assert delivery.alerts == (1, 2)


async def test_a_worker_killed_between_the_send_and_its_mark_finds_its_message(
    db: Database, clock: Clock, slack: SlackServer, ops: Channel
) -> None:
    class Killed(StoredOutbox):
        def delivered(self, *_: object, **__: object) -> None:
            raise KeyboardInterrupt

    write(db, clock, AlertKind.OPENED)
    dying = Dispatcher(outbox=Killed(db), channels={"ops": ops}, fallback=None, look=lambda _: incident(id=1), now_ms=clock)
    with pytest.raises(KeyboardInterrupt):
        await dying.step("ops")
    await drain(dispatcher(db, clock, ops=ops), clock, "ops")
    assert len(slack.in_channel) == 1
    with db.read() as conn:
        assert alerts(conn)[0].delivered_ms is not None


async def test_the_ref_on_disk_lets_the_next_worker_edit(db: Database, clock: Clock, slack: SlackServer, ops: Channel) -> None:
    write(db, clock, AlertKind.OPENED)
    await drain(dispatcher(db, clock, ops=ops), clock, "ops")
    write(db, clock, AlertKind.RESOLVED)
    later = Dispatcher(outbox=StoredOutbox(db), channels={"ops": ops}, fallback=None, look=lambda _: resolved(incident(id=1)), now_ms=clock)
    await drain(later, clock, "ops")
    [posted] = slack.in_channel
    assert "up again" in posted["text"]


async def test_an_open_channel_stays_open_over_a_restart_and_its_copies_are_made_once(db: Database, clock: Clock) -> None:
    write(db, clock, AlertKind.OPENED)
    mail = Pager()
    for _ in range(6):
        await drain(dispatcher(db, clock, "mail", ops=Pager(broken=True), mail=mail), clock, "ops", "mail")
        clock.forward(20)
    assert StoredOutbox(db).health("ops").opened_ms is not None
    assert len(mail.told) == 1
    assert mail.told[0].handed_from == "ops"


async def test_a_dead_letter_is_seen(db: Database, clock: Clock) -> None:
    write(db, clock, AlertKind.OPENED, channel="gone")
    await drain(dispatcher(db, clock), clock, "gone")
    with db.read() as conn:
        [letter] = alerts(conn, dead=True)
    assert letter.error == "no channel of this name is declared"
