"""A correction from the command line: asked of the worker, or done here where nobody works; then in the report."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from commands.correct import Asked, correct, listed
from commands.report import report
from core.exits import Exit, Refusal
from scheduler import judge as judging
from scheduler.clock import Clock
from scheduler.desk import Desk
from scheduler.recorder import Recorder
from settings import Settings, load
from storage import processes
from storage.corrections import corrections
from tests.commands.conftest import Company
from tests.scheduler.office import Audience
from tests.storage.samples import MINUTE, NOON

OUTAGE = Asked("stripe", "2025-11-25T12:40", "2025-11-25T12:50+01:00", "maintenance", None, "A planned move", "Ada")  # in Berlin


@pytest.fixture
def berlin(company: Company, url: str) -> Iterator[Settings]:
    """The operator's settings, and a worker that leads and answers."""
    over, ident = threading.Event(), processes.register(company.db, "worker", 0)
    processes.beat(company.db, ident, 2**42, leads=True)
    memory = judging.load(company.catalogue.plan)
    recorder = Recorder(company.db, company.epoch, Clock(), memory, Audience())
    desk = Desk(company.db, recorder, lambda *_: False, lambda *_: "", lambda: (frozenset(), None))

    def work() -> None:
        while not over.wait(0.02):
            desk.look(recorder.clock.now_ms())

    worker = threading.Thread(target=work)
    worker.start()
    yield load({"DATABASE_URL": url, "TIMEZONE": "Europe/Berlin"})
    over.set()
    worker.join()
    desk.close()


def test_it_is_done_and_printed_in_the_report(company: Company, berlin: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert correct(berlin, OUTAGE, as_json=False) is Exit.OK
    assert "Corrected: 10.0 min counts as maintenance." in capsys.readouterr().out
    with company.db.read() as conn:
        [row] = corrections(conn)
    assert (row.start_ms, row.end_ms, row.author) == (NOON - 20 * MINUTE, NOON - 10 * MINUTE, "Ada")
    report(berlin, "2025-11", "json", None, None)
    rows = {row["integration"]: row for row in json.loads(capsys.readouterr().out)["integrations"]}
    assert (rows["stripe"]["corrected_min"], rows["stripe"]["downtime_min"], rows["paypal"]["corrected_min"]) == ("10.0", "0.0", "0.0")
    assert rows["stripe"]["corrections"] == "corrected: 10.0 min, by Ada, A planned move."


def test_what_holds_is_listed_and_can_be_withdrawn(company: Company, berlin: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    correct(berlin, OUTAGE, as_json=False)
    capsys.readouterr()
    assert listed(berlin, "stripe", as_json=False) is Exit.OK
    assert capsys.readouterr().out == (
        "1  stripe  2025-11-25T12:40:00+01:00 to 2025-11-25T12:50:00+01:00  maintenance  by Ada: A planned move\n"
    )
    assert correct(berlin, Asked(withdraw=1, why="It was not", by="Bo"), as_json=True) is Exit.OK
    assert json.loads(capsys.readouterr().out)["ok"] is True
    listed(berlin, None, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_why_it_cannot_be_is_said(company: Company, berlin: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = Asked("stripe/login", "2025-11-25T12:40", "2025-11-25T12:50", "up", None, "So it was", "Ada")
    assert correct(berlin, unknown, as_json=False) is Exit.FAILED
    assert "Stripe has no check called 'login'; there are api, status_page." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked("stripe"), "--from when and --to when"),
        (Asked(), "Say which integration"),
        (Asked("stripe", "yesterday", "2025-11-25T12:50"), "'yesterday' is not a time"),
        (Asked("stripe", "0001-01-01T00:00+23:00", "x"), "'x' is not a time"),
    ],
)
def test_what_does_not_read_is_refused_before_anybody_is_asked(berlin: Settings, asked: Asked, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        correct(berlin, asked, as_json=False)
    assert refused.value.code is Exit.USAGE
