"""A secret that only the worker knows, typed by a person as reason, note or name: it stays in no table of either database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

import observe
from core.redact import PLACEHOLDER
from scheduler import judge as judging
from storage import requests
from storage.corrections import corrections
from storage.engine import Database
from storage.incidents import events
from storage.models import METADATA
from storage.windows import windows
from tests.scheduler.test_correcting import END, Scene
from tests.storage.samples import HOUR

LOOKLESS = "zinc otter parade forty"
SAID, DONE = f"with {LOOKLESS} it works", f"with {PLACEHOLDER} it works"
WHO, SIGNED = f"Ada {LOOKLESS}", f"Ada {PLACEHOLDER}"


@pytest.fixture
def scene(db: Database) -> Scene:
    made = Scene(db)
    observe.secrets.renew({"stripe/api: secret_key": LOOKLESS})
    made.office.recorder.memory = judging.load(made.office.plan, next_incident=8)
    return made


def do(scene: Scene, kind: str, **body: object) -> None:
    now_ms = scene.office.clock.now_ms()
    ident = requests.append(scene.db, kind, body, WHO, now_ms)
    scene.desk.look(now_ms)
    said = requests.wait(scene.db, ident, 0).answer
    assert said is not None
    assert said.ok, said.text


def test_a_secret_known_by_value_is_taken_out_of_all_that_people_type(scene: Scene) -> None:
    later_ms = scene.office.clock.now_ms() + HOUR
    do(scene, "note", incident=7, text=SAID)
    do(scene, "silence", integrations=None, start_ms=later_ms, end_ms=later_ms + HOUR, reason=SAID)
    do(scene, "maintenance", integrations=None, start_ms=later_ms, end_ms=later_ms + HOUR, reason=SAID)
    do(scene, "correct", integration="stripe", start_ms=END - 3 * HOUR, end_ms=END - 2 * HOUR, bucket="up", reason=SAID)
    with scene.db.read() as conn:
        written = [(event.text, event.by) for event in events(conn, 7) if event.kind == "note"]
        written += [(row.reason, row.by) for row in windows(conn, 0, later_ms + 2 * HOUR)]
        written += [(row.reason, row.author) for row in corrections(conn)]
        tables = {table.name: str(conn.execute(select(table)).fetchall()) for table in METADATA.sorted_tables}
    assert written == [(DONE, SIGNED)] * 4
    assert [name for name, rows in tables.items() if LOOKLESS in rows] == []
    assert PLACEHOLDER in tables["request"]
