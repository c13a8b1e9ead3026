"""What a person corrects is answered, lies over the past, and changes a closed month by a row in that person's name."""

from __future__ import annotations

from typing import Any

import pytest

from core.calendar import CLOSING_MS, month
from core.corrections import standing
from core.health import Cause
from core.ledger import Answer, CorrectionRow, CountsAs, Ledger
from core.verdict import Party
from scheduler.closing import AUTHOR, Closing
from scheduler.desk import Desk
from sla.freeze import thaw_row
from sla.portfolio import Row
from storage import periods, requests
from storage.corrections import corrections
from storage.engine import Database
from storage.folding import Folder
from storage.rows import PeriodRow
from storage.sync import sync
from storage.writer import Writer
from tests.scheduler.office import Office
from tests.scheduler.test_closing import declared
from tests.storage.samples import DAY, HOUR, MINUTE, incident, result, span, verdict, verdict_row

NOVEMBER = month(2025, 11, "Europe/Berlin")
START, END = NOVEMBER.start_ms, NOVEMBER.end_ms


class Scene:
    """Stripe was down for 20 minutes of November, by its own fault; the month is closed when `close` was called."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.office = Office(db)
        self.epoch = self.office.epoch
        self.closing = Closing(db, "Europe/Berlin")
        sync(db, [declared("stripe")], START, epoch=self.epoch)
        self.desk = Desk(db, self.office.recorder, lambda *_: False, lambda *_: "", lambda: (frozenset(), None))
        down, up = END - 3 * HOUR, END - 3 * HOUR + 20 * MINUTE
        failing = incident(7, 1, 1, down, up, verdict=verdict(Party.THEIRS))
        spans = [span(1, START, down), span(1, down, up, Cause.SERVER_ERROR), span(1, up, None, gap_ms=HOUR)]
        every = [result(1, at) for at in (START, END - 1)]
        folder, ledger = Folder(db), Ledger(results=every, spans=spans, verdicts=[verdict_row(1, down, up, 7)], incidents=[failing])
        Writer(db).commit(ledger, epoch=self.epoch)
        folder.note(ledger)
        folder.fold(END, epoch=self.epoch)

    def ask(self, by: str | None = "Ada", **body: Any) -> Answer:
        given = {"integration": "stripe", "start_ms": END - 3 * HOUR, "end_ms": END - 2 * HOUR, "reason": "A planned move.", **body}
        ident = requests.append(self.db, "correct", given, by, self.office.clock.now_ms())
        self.desk.look(self.office.clock.now_ms())
        said = requests.wait(self.db, ident, 0).answer
        assert said is not None
        return said

    def rows(self) -> list[CorrectionRow]:
        with self.db.read() as conn:
            return corrections(conn)

    def run(self, now_ms: int) -> None:
        self.closing.run(now_ms, epoch=self.epoch)

    def closed(self, *, replaced: bool = False) -> list[PeriodRow]:
        with self.db.read() as conn:
            return periods.periods(conn, integration=1, start_ms=START, replaced=replaced)

    def month(self) -> Row:
        [row] = self.closed()
        return thaw_row(dict(row.body))


@pytest.fixture
def scene(db: Database) -> Scene:
    return Scene(db)


def test_a_correction_is_made_in_the_name_of_who_asked(scene: Scene) -> None:
    said = scene.ask(bucket="maintenance", check=None)
    assert (said.ok, said.text.split(" A month")[0]) == (True, "Corrected: 60.0 min counts as maintenance.")
    [row] = scene.rows()
    assert (row.author, row.reason, row.bucket, row.party, row.check) == ("Ada", "A planned move.", CountsAs.MAINTENANCE, None, None)
    assert scene.office.audience.told[-1][0].corrections[0].integration == 1


def test_one_check_and_another_party(scene: Scene) -> None:
    assert scene.ask(check="api", party="ours").ok
    assert (scene.rows()[0].check, scene.rows()[0].party, scene.rows()[0].bucket) == (1, Party.OURS, None)


def test_a_correction_is_replaced_and_withdrawn_by_later_ones(scene: Scene) -> None:
    assert scene.ask(bucket="up").ok
    assert scene.ask(bucket="unknown", replaces=1).ok
    assert scene.ask("Bo", withdraw=2, reason="It was right.").ok
    rows = scene.rows()
    assert [(row.id, row.replaces, row.author) for row in rows] == [(1, None, "Ada"), (2, 1, "Ada"), (3, 2, "Bo")]
    assert standing(rows) == []
    assert len({row.made_ms for row in rows}) == 3


NOW = 2**52


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "Say what the time is to count as"),
        ({"bucket": "great"}, "'great' is none of up, degraded, down, maintenance, unknown"),
        ({"party": "nobody"}, "'nobody' is none of theirs, ours, path, unknown"),
        ({"bucket": "up", "party": "ours"}, "nobody's trouble"),
        ({"bucket": "maintenance", "check": "api"}, "Maintenance is of a whole integration"),
        ({"bucket": "up", "check": "login"}, "Stripe has no check called 'login'; there are api."),
        ({"bucket": "up", "integration": "paypal"}, "There is no integration called 'paypal'."),
        ({"bucket": "up", "integration": None}, "There is no integration called 'None'."),
        ({"bucket": "up", "reason": "  "}, "needs a reason"),
        ({"bucket": "up", "reason": None}, "needs a reason"),
        ({"bucket": "up", "end_ms": END - 3 * HOUR}, "a later end"),
        ({"bucket": "up", "start_ms": "then"}, "a later end"),
        ({"bucket": "up", "start_ms": True}, "a later end"),
        ({"bucket": "up", "end_ms": NOW}, "time that is over"),
        ({"bucket": "up", "start_ms": START - DAY, "end_ms": START}, "was not watched then"),
        ({"bucket": "up", "replaces": 9}, "no correction 9 that still holds"),
        ({"withdraw": 9}, "no correction 9 that still holds"),
        ({"withdraw": "all"}, "no correction all that still holds"),
    ],
)
def test_what_makes_no_sense_is_refused_with_why(scene: Scene, body: dict[str, Any], words: str) -> None:
    said = scene.ask(**body)
    assert not said.ok
    assert words in said.text
    assert scene.rows() == []


@pytest.mark.parametrize("by", [None, "  "])
def test_nobody_corrects_without_a_name(scene: Scene, by: str | None) -> None:
    said = scene.ask(by, bucket="up")
    assert (said.ok, said.text) == (False, "A correction needs the name of who makes it.")


# Closed months.


def test_a_correction_before_the_close_is_part_of_it(scene: Scene) -> None:
    scene.ask(bucket="maintenance")
    scene.run(scene.office.clock.now_ms())
    [row] = scene.closed()
    assert (row.author, scene.month().buckets.maintenance_ms, scene.month().corrected_ms) == (None, HOUR, HOUR)


def test_a_correction_after_the_close_writes_a_row_with_author_and_reason(scene: Scene) -> None:
    scene.run(END + CLOSING_MS)
    assert scene.month().buckets.theirs_ms == 20 * MINUTE
    assert scene.ask(bucket="maintenance").ok
    scene.run(END + CLOSING_MS + DAY)
    newest, first = scene.closed(replaced=True)
    assert (newest.replaces, newest.author, first.author) == (first.id, "Ada", None)
    assert newest.reason == "A planned move. 20.0 min less are charged."
    assert scene.month().buckets.maintenance_ms == HOUR
    assert [(line.author, line.corrected_ms) for line in scene.month().corrections] == [("Ada", HOUR)]


def test_each_of_several_has_its_own_row_and_none_is_written_twice(scene: Scene) -> None:
    scene.run(END + CLOSING_MS)
    scene.ask(bucket="maintenance")
    scene.ask("Bo", bucket="up", reason="Said by a customer", start_ms=END - 5 * HOUR, end_ms=END - 4 * HOUR)  # as it was measured
    scene.ask("Cleo", withdraw=1, reason="No, it was not")
    for number in range(3):
        closing = Closing(scene.db, "Europe/Berlin") if number else scene.closing
        closing.run(END + CLOSING_MS + DAY + number, epoch=scene.epoch)
    rows = scene.closed(replaced=True)[::-1]
    assert [(row.author, row.reason) for row in rows] == [
        (None, None),
        ("Ada", "A planned move. 20.0 min less are charged."),
        ("Cleo", "No, it was not. 20.0 min more are charged."),
    ]
    assert scene.month().buckets.theirs_ms == 20 * MINUTE
    assert [line.author for line in scene.month().corrections] == ["Bo"]


def test_a_replaced_correction_is_taken_back_in_the_month_it_reached(scene: Scene) -> None:
    scene.run(END + CLOSING_MS)
    scene.ask(bucket="maintenance")
    scene.run(END + CLOSING_MS + 1)
    scene.ask(bucket="maintenance", replaces=1, start_ms=END + 1, end_ms=END + HOUR, reason="It was a day later")
    scene.run(END + CLOSING_MS + 2)
    assert scene.month().buckets.theirs_ms == 20 * MINUTE
    assert [row.author for row in scene.closed(replaced=True)] == ["Ada", "Ada", None]


def test_after_a_correction_the_monitor_still_says_when_it_judges_otherwise(scene: Scene) -> None:
    down = END - 10 * MINUTE
    trouble = [span(1, END - 3 * HOUR + 20 * MINUTE, down), span(1, down, None, Cause.SERVER_ERROR)]
    failing = incident(8, 1, 1, down, verdict=verdict(Party.THEIRS))
    late = result(1, END, Cause.SERVER_ERROR)
    Writer(scene.db).commit(
        Ledger(results=[late], spans=trouble, verdicts=[verdict_row(1, down, None, 8)], incidents=[failing]), epoch=scene.epoch
    )
    scene.run(END + CLOSING_MS)
    scene.ask(bucket="maintenance")
    scene.run(END + CLOSING_MS + 1)
    Writer(scene.db).commit(Ledger(verdicts=[verdict_row(1, down, None, 8, Party.OURS)]), epoch=scene.epoch)
    scene.run(END + CLOSING_MS + 2)
    assert [row.author for row in scene.closed(replaced=True)] == [AUTHOR, "Ada", None]
    assert (scene.month().buckets.ours_ms, scene.month().buckets.maintenance_ms) == (10 * MINUTE, HOUR)
