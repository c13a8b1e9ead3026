"""An hour in which Slack is down in every way it can be, and five hundred incidents come and go: a virtual clock, the outbox on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest

from alerts.channel import Channel, Receipt, Ref
from alerts.dispatch import Dispatcher
from alerts.message import IncidentView, Message
from core.ledger import AlertKind, AlertRow, Ledger
from lab.slack.front import DROPPED
from storage.deliveries import alerts, deliveries, waiting
from storage.engine import Database, open_database
from storage.lease import take
from storage.outbox import StoredOutbox
from storage.rows import DeliveryRow
from storage.writer import Writer
from tests.alerts.conftest import Clock
from tests.alerts.samples import incident, resolved
from tests.alerts.slack_server import SlackServer

pytestmark = pytest.mark.anyio

INCIDENTS = 500
LETTERS = 5
STEP_S = 10
HOUR_S = 3_600
RETRY_AFTER_S = 90
# How Slack fails, and from which second on: an error of its own, too many calls, a refusal in JSON, a message kept and never confirmed.
WAYS = {0: "500", 900: "429", 1_800: "internal_error", 2_700: DROPPED}


@dataclass
class Mail:
    """The fallback: notes what it was told of whom, and when."""

    clock: Clock
    edits: bool = False
    told: list[tuple[int, int, bool]] = field(default_factory=list)  # incident, instant, whether it was open

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        assert message.incident
        self.told.append((message.incident.id, self.clock(), message.incident.open))
        return Receipt(detail="ok")

    def openings(self) -> dict[int, int]:
        """incident -> when it was first told."""
        return {ident: at for ident, at, _ in reversed(self.told)}


@dataclass
class Company:
    """Incidents that come and go by chance, and the alert rows that follow from it."""

    db: Database
    clock: Clock
    dice: Random = field(default_factory=lambda: Random(500))
    views: dict[int, IncidentView] = field(default_factory=dict)
    created: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.epoch = take(self.db, None, self.clock())
        self.began_ms = self.clock()
        self._plan: list[tuple[int, int, AlertKind]] = []
        for ident in range(1, INCIDENTS + 1):
            opens = self.dice.randrange(0, HOUR_S - 300)
            self._plan.append((opens, ident, AlertKind.OPENED))
            if self.dice.random() < 0.5:
                self._plan.append((self.dice.randrange(opens, HOUR_S), ident, AlertKind.UPDATED))
            if self.dice.random() < 0.7:
                self._plan.append((self.dice.randrange(opens + 1, HOUR_S), ident, AlertKind.RESOLVED))
        self._plan.sort(key=lambda planned: planned[:2])

    def go_on(self) -> None:
        """Everything that happened by now, in one commit."""
        now_s, rows = (self.clock() - self.began_ms) // 1000, []
        while self._plan and self._plan[0][0] <= now_s:
            _, ident, kind = self._plan.pop(0)
            rows.append(self._alert(ident, kind))
        if rows:
            Writer(self.db).commit(Ledger(alerts=rows), epoch=self.epoch)

    def _alert(self, ident: int, kind: AlertKind) -> AlertRow:
        if kind is AlertKind.OPENED:
            self.views[ident] = incident(id=ident, name=f"Vendor {ident}")
            self.created[ident] = self.clock()
        elif kind is AlertKind.RESOLVED:
            self.views[ident] = resolved(self.views[ident])
        return AlertRow(ident, "ops", kind, self.clock(), 1)


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def made(company: Company, fallback: str | None = None, **channels: Channel) -> Dispatcher:
    return Dispatcher(outbox=StoredOutbox(company.db), channels=channels, fallback=fallback, look=company.views.get, now_ms=company.clock)


async def serve(dispatcher: Dispatcher, clock: Clock, *names: str) -> None:
    """Both channels, until neither has anything to do at this instant; what one hands over the other finds."""
    busy = True
    while busy:
        busy = False
        for name in names:
            while (back_ms := await dispatcher.step(name)) is not None and back_ms <= clock():
                busy = True


def tried(db: Database, channel: str) -> list[DeliveryRow]:
    """Every attempt, oldest first."""
    with db.read() as conn:
        return list(reversed(deliveries(conn, limit=100_000, channel=channel)))


@dataclass(frozen=True, slots=True)
class Hour:
    """What was seen of it."""

    company: Company
    mail: Mail
    slack: SlackServer
    began_ms: int
    tries: list[DeliveryRow]  # through Slack, while it was down
    left: int  # alerts that nobody settled in the end


@pytest.fixture
async def hour(db: Database, clock: Clock, slack: SlackServer, ops: Channel) -> Hour:
    company, mail, began_ms = Company(db, clock), Mail(clock), clock()
    dispatcher = made(company, "mail", ops=ops, mail=mail)
    slack.retry_after_s = RETRY_AFTER_S
    for second in range(0, HOUR_S, STEP_S):
        slack.always = WAYS.get(second, slack.always)
        company.go_on()
        await serve(dispatcher, clock, "ops", "mail")
        clock.forward(STEP_S)
    tries = tried(db, "ops")
    slack.always = None
    for _ in range(0, 2 * RETRY_AFTER_S, STEP_S):
        company.go_on()
        await serve(dispatcher, clock, "ops", "mail")
        clock.forward(STEP_S)
    with db.read() as conn:
        return Hour(company, mail, slack, began_ms, tries, sum(waiting(conn).values()))


async def test_five_hundred_incidents_of_an_hour_without_slack_are_all_told_once_and_in_time(hour: Hour) -> None:
    told, created = hour.mail.openings(), hour.company.created
    assert len(created) == INCIDENTS
    late = {ident: (told.get(ident, 0) - at) / 1000 for ident, at in created.items() if not 0 <= told.get(ident, 0) - at <= 120_000}
    assert late == {}, "the fallback hears of an opening within two minutes"

    assert hour.left == 0
    roots = Counter(message["metadata"]["event_payload"]["incident_id"] for message in hour.slack.in_channel)
    assert set(roots.values()) == {1}
    assert len(roots) == INCIDENTS
    states = {
        message["metadata"]["event_payload"]["incident_id"]: message["metadata"]["event_payload"]["state"]
        for message in hour.slack.in_channel
    }
    assert Counter(states.values()) == Counter("opened" if view.open else "resolved" for view in hour.company.views.values())
    who = Counter((ident, is_open) for ident, _, is_open in hour.mail.told)
    assert max(who.values()) == 1, "the fallback is told neither an opening nor an end twice"

    failed = [one for one in hour.tries if not one.ok]
    assert 3 <= len(failed) <= 3 + HOUR_S // 30, "a dead channel is tested by one message every half minute"
    limited = [one.at_ms for one in failed if "ratelimited" in one.detail]
    assert min(after - before for before, after in pairwise(limited)) >= RETRY_AFTER_S * 1000


async def test_what_nobody_took_for_a_day_is_a_dead_letter_that_is_seen(
    db: Database, clock: Clock, slack: SlackServer, ops: Channel
) -> None:
    company = Company(db, clock)
    company.views = {ident: incident(id=ident, name=f"Vendor {ident}") for ident in range(1, LETTERS + 1)}
    Writer(db).commit(Ledger(alerts=[AlertRow(ident, "ops", AlertKind.OPENED, clock(), 1) for ident in company.views]), epoch=company.epoch)
    dispatcher, began_ms = made(company, ops=ops), clock()
    slack.always = "500"
    while clock() - began_ms < 25 * HOUR_S * 1000:
        back_ms = await dispatcher.step("ops")
        clock.at_ms = max(clock(), back_ms or began_ms + 25 * HOUR_S * 1000)
    with db.read() as conn:
        letters = alerts(conn, dead=True)
        assert waiting(conn) == {}
    assert {letter.incident for letter in letters} == set(company.views)
    assert {letter.error for letter in letters} == {"not delivered within 24 hours"}
    assert slack.in_channel == []
    assert len(tried(db, "ops")) <= LETTERS * 30, "six tries within the hour, then one an hour each"
