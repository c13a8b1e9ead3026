"""What is ended or replaced at the desk: one transaction with its answer, and nothing of it where it is refused."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from core.declared import DeclaredCheck
from core.ledger import Answer, Ledger, WindowKind, WindowRow
from storage import changes, pings, requests, windows
from storage.catalogue import check_named
from storage.engine import Database
from storage.faults import Fenced
from storage.lease import take
from storage.writer import Writer
from tests.scheduler.office import API, Office, declared
from tests.scheduler.test_desk import Scene

HOUR_MS = 3_600_000
JOB = DeclaredCheck("job", "Nightly export", "heartbeat", counts=True, grace_ms=60_000)


@pytest.fixture
def scene(db: Database) -> Scene:
    made = Scene(db)
    made.office = Office(db, integrations=(declared(API, JOB),))
    made.desk = made.opened()
    return made


def silenced(scene: Scene, ahead_ms: int = 0) -> WindowRow:
    start = scene.office.clock.now_ms() + ahead_ms
    assert answered(scene, "silence", integrations=None, start_ms=start, end_ms=start + HOUR_MS, reason="drill").ok
    return stored(scene)[-1]


def stored(scene: Scene) -> list[WindowRow]:
    with scene.db.read() as conn:
        return windows.not_over(conn, 0)


def answered(scene: Scene, kind: str, **body: object) -> Answer:
    return looked(scene, scene.ask(kind, **body))


def looked(scene: Scene, ident: int) -> Answer:
    """Looks as the recorder does, again and again: that somebody wrote takes Postgres a moment to say."""
    deadline = time.monotonic() + 20
    while (said := scene.answer(ident)) is None:
        assert time.monotonic() < deadline, "nobody answered"
        scene.look()
    return said


def heartbeat(scene: Scene) -> tuple[int, str]:
    with scene.db.read() as conn:
        row = check_named(conn, "stripe/job")
    assert row
    assert row.address
    return row.plan.id, row.address


def test_a_window_is_ended_in_the_database_and_for_the_judge(scene: Scene) -> None:
    row = silenced(scene)
    assert answered(scene, "end_window", window=row.id).text == "Ended: alerts are told again."
    (after,) = stored(scene)
    assert row.start_ms < after.end_ms < row.end_ms
    assert replace(after, end_ms=row.end_ms) == row
    memory = scene.office.recorder.memory
    assert not memory.index.silenced(min(memory.plan.integrations), scene.office.clock.now_ms())


def test_of_two_who_end_it_at_once_the_second_hears_that_it_is_over(scene: Scene) -> None:
    row = silenced(scene)
    both = [scene.ask("end_window", window=row.id) for _ in range(2)]
    answers = [looked(scene, ident) for ident in both]
    assert [answer.ok for answer in answers] == [True, False]
    assert [answer.text for answer in answers] == ["Ended: alerts are told again.", "This silence is over already."]


def test_one_to_come_is_cancelled_and_never_deleted(scene: Scene) -> None:
    row = silenced(scene, ahead_ms=HOUR_MS)
    assert answered(scene, "end_window", window=row.id).ok
    assert stored(scene) == []
    with scene.db.read() as conn:
        assert windows.window(conn, row.id or 0) == replace(row, end_ms=row.start_ms)


def test_one_of_the_file_stays_and_the_answer_names_the_file(scene: Scene) -> None:
    now = scene.office.clock.now_ms()
    declared_one = WindowRow(WindowKind.MAINTENANCE, now - HOUR_MS, now + HOUR_MS, None, "upgrade", None, "file")
    Writer(scene.db).commit(Ledger(windows=[declared_one]), epoch=scene.office.epoch)
    (row,) = stored(scene)
    said = answered(scene, "end_window", window=row.id)
    assert (said.ok, "edit it there" in said.text) == (False, True)
    assert stored(scene) == [row]


@pytest.mark.parametrize("window", [4711, None, "1", -1, 2**70])
def test_a_window_that_is_not_there_is_refused(scene: Scene, window: object) -> None:
    assert answered(scene, "end_window", window=window).text == "There is no such silence or maintenance window."


def test_a_new_address_takes_the_place_of_the_old_one(scene: Scene) -> None:
    check, old = heartbeat(scene)
    with scene.db.read() as conn:
        before = changes.version(conn, "plan")
    said = answered(scene, "replace_address", check=check)
    _, new = heartbeat(scene)
    assert new != old
    assert len(new) >= len(old)
    assert (said.ok, said.body) == (True, {"path": f"/ping/{new}"})
    assert new not in said.text
    assert pings.append_ping(scene.db, old, "ok", "", 1) is None
    assert pings.append_ping(scene.db, new, "ok", "", 1) == check
    with scene.db.read() as conn:
        assert changes.version(conn, "plan") > before


@pytest.mark.parametrize("which", ["api", 4711, None])
def test_only_a_heartbeat_has_an_address(scene: Scene, which: object) -> None:
    said = answered(scene, "replace_address", check=scene.office.check if which == "api" else which)
    assert (said.ok, said.text.startswith("There is no such heartbeat")) == (False, True)


def test_a_desk_that_no_longer_leads_replaces_nothing(scene: Scene) -> None:
    check, old = heartbeat(scene)
    ident = scene.ask("replace_address", check=check)
    take(scene.db, None, scene.office.clock.now_ms())
    with pytest.raises(Fenced):
        scene.look()
    assert heartbeat(scene) == (check, old)
    assert requests.wait(scene.db, ident, 0).answer is None
