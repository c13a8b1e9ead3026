"""Everything that was asked is answered: by what was done, or by why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.health import Cause
from core.ledger import AlertKind, Answer
from scheduler.desk import PATIENCE_MS, Desk
from storage import deliveries, requests
from storage.engine import Database
from storage.faults import Fenced
from storage.lease import take
from tests.scheduler.office import Office


@dataclass
class Scene:
    """A desk whose runs are noted and begun by hand."""

    db: Database
    able: bool = True
    applied: list[str] = field(default_factory=list)
    runs: list[tuple[int, int, int]] = field(default_factory=list)
    channels: tuple[frozenset[str], str | None] = (frozenset({"ops", "hook"}), "ops")

    def __post_init__(self) -> None:
        self.office = Office(self.db)
        self.desk = self.opened()

    def opened(self) -> Desk:
        return Desk(self.db, self.office.recorder, self._run, self._apply, lambda: self.channels)

    def _run(self, check: int, at_ms: int, request: int) -> bool:
        self.runs.append((check, at_ms, request))
        return self.able

    def _apply(self, text: str, file: str | None, now_ms: int) -> str:
        if text == "bad":
            raise ValueError("It is not valid.")
        if text == "bug":
            raise RuntimeError("a bug")
        self.applied.append(text)
        return "Applied."

    def ask(self, kind: str, **body: Any) -> int:
        return requests.append(self.db, kind, body, "Mara", self.office.clock.now_ms())

    def look(self, later_ms: int = 0) -> None:
        self.desk.look(self.office.clock.now_ms() + later_ms)

    def answer(self, ident: int) -> Answer | None:
        return requests.wait(self.db, ident, 0).answer

    def asked(self, kind: str, **body: Any) -> Answer | None:
        ident = self.ask(kind, **body)
        self.look()
        return self.answer(ident)

    def came_in(self, ident: int, cause: Cause | None = None) -> None:
        self.desk.heard([self.office.heard(cause=cause, request=ident)])


@pytest.fixture
def scene(db: Database) -> Scene:
    return Scene(db)


def test_a_configuration_is_applied_and_answered(scene: Scene) -> None:
    said = scene.asked("apply", text="good", file="integrations.yaml")
    assert said is not None
    assert (said.ok, said.text, scene.applied) == (True, "Applied.", ["good"])


@pytest.mark.parametrize(("given", "words"), [("bad", "It is not valid."), ("bug", "a fault of ours")])
def test_what_cannot_be_applied_is_answered_with_why(scene: Scene, given: str, words: str) -> None:
    said = scene.asked("apply", text=given)
    assert said is not None
    assert not said.ok
    assert words in said.text


def test_one_request_that_fails_does_not_hold_up_the_next(scene: Scene) -> None:
    idents = [scene.ask("apply", text=given) for given in ("bug", "good")]
    scene.look()
    assert [answer.ok for ident in idents if (answer := scene.answer(ident))] == [False, True]


def test_a_run_is_answered_when_its_result_is_in(scene: Scene) -> None:
    check = scene.office.check
    ident = scene.ask("run_check", checks=[check])
    scene.look()
    assert scene.runs == [(check, scene.runs[0][1], ident)]
    assert scene.answer(ident) is None
    scene.came_in(ident, Cause.SERVER_ERROR)
    said = scene.answer(ident)
    assert said is not None
    assert (said.ok, said.text) == (True, "API: down, server error")


def test_a_run_is_due_when_it_was_asked_for(scene: Scene) -> None:
    ident = scene.ask("run_check", checks=[scene.office.check])
    with scene.db.read() as conn:
        asked = requests.request(conn, ident)
    scene.look(later_ms=900)
    assert asked is not None
    assert scene.runs[0][1] == asked.at_ms


def test_a_check_that_cannot_be_asked_is_refused(scene: Scene) -> None:
    scene.able = False
    said = scene.asked("run_check", checks=[scene.office.check])
    assert said is not None
    assert not said.ok
    assert said.text.startswith("Nothing to run")


def test_a_run_that_is_lost_leaves_nobody_waiting(scene: Scene) -> None:
    ident = scene.ask("run_check", checks=[scene.office.check])
    scene.look()
    scene.look(later_ms=PATIENCE_MS)
    assert scene.answer(ident) is None
    scene.look(later_ms=PATIENCE_MS + scene.office.plan.checks[scene.office.check].timeout_ms + 1_000)
    said = scene.answer(ident)
    assert said is not None
    assert (said.ok, said.text) == (False, "The run did not come to an end.")


def test_what_a_dead_worker_left_half_done_is_done_again(scene: Scene) -> None:
    ident = scene.ask("run_check", checks=[scene.office.check])
    scene.look()
    scene.office.recorder = scene.office.opened()
    scene.desk = scene.opened()
    scene.look()
    assert [request for _, _, request in scene.runs] == [ident, ident]
    assert scene.runs[0] == scene.runs[1]
    scene.came_in(ident)
    assert scene.answer(ident) is not None


def test_a_test_alert_becomes_a_row_for_the_dispatcher(scene: Scene) -> None:
    said = scene.asked("alerts_test", channel=None)
    assert said is not None
    assert (said.ok, said.body) == (True, {"channel": "ops"})
    with scene.db.read() as conn:
        (row,) = deliveries.alerts(conn)
    assert (row.channel, row.kind) == ("ops", AlertKind.TEST)


def test_a_channel_nobody_declared_is_refused_with_those_there_are(scene: Scene) -> None:
    said = scene.asked("alerts_test", channel="opps")
    assert said is not None
    assert said.text == "There is no channel called opps; declared are: hook, ops."


def test_what_cannot_be_taken_up_now_is_taken_up_later(scene: Scene) -> None:
    first, second = scene.ask("apply", text="one"), scene.ask("apply", text="two")
    with scene.db.write() as conn:
        conn.execute(text("ALTER TABLE version RENAME TO version_away"))
        conn.execute(text("ALTER TABLE lease RENAME TO lease_away"))
    with pytest.raises(DBAPIError):
        scene.look()
    with scene.db.write() as conn:
        conn.execute(text("ALTER TABLE version_away RENAME TO version"))
        conn.execute(text("ALTER TABLE lease_away RENAME TO lease"))
    scene.look()
    assert scene.answer(first)
    assert scene.answer(second)


def test_a_desk_that_no_longer_leads_answers_nothing(scene: Scene) -> None:
    ident = scene.ask("apply", text="good")
    take(scene.db, None, scene.office.clock.now_ms())
    with pytest.raises(Fenced):
        scene.look()
    assert scene.answer(ident) is None
