"""What people ask of the running worker: accepted within 2 s, answered within the promised time, refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.ledger import Answer
from lab.faults import Kind
from lab.running import LabThread
from storage import incidents, requests, windows
from storage.catalogue import check_named
from storage.engine import Database
from tests.journeys.actors import Worker, declared, environment, newest, now_ms, replies, roots, until, vendor

TIMEOUT_S = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """Stripe is down, its incident open and told."""

    db: Database
    lab: LabThread
    incident: int
    check: int
    integration: int

    def ask(self, kind: str, body: dict[str, Any], seconds: float = 2) -> Answer:
        ident = requests.append(self.db, kind, body, "Mara", now_ms())
        assert requests.wait(self.db, ident, 2, until="accepted").accepted_ms is not None, "accepted within 2 s"
        answer = requests.wait(self.db, ident, seconds).answer
        assert answer is not None, f"answered within {seconds} s"
        return answer

    def told(self) -> str:
        (root,) = roots(self.lab)
        return json.dumps([root.blocks, [reply.text for reply in replies(self.lab, root.ts)]])


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def scene(tmp_path: Path, url: str, db: Database, lab: LabThread) -> Iterator[Scene]:
    lab.call(lab.lab.slack.workspace.clear)
    lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
    text = declared(vendor(lab, "stripe"), defaults="{interval: 2s, retry: 2s, timeout: 1s, fail_after: 1}")
    with Worker(tmp_path, environment(tmp_path, url, lab), text):
        until(lambda: len(roots(lab)) == 1, "the incident is told")
        with db.read() as conn:
            (line,) = incidents.incidents(conn)
            check = check_named(conn, "stripe/api")
        assert check
        yield Scene(db, lab, line.incident.id, check.plan.id, check.plan.integration)
    lab.call(lab.lab.heal, "stripe")


def test_what_people_ask_is_done_and_told(scene: Scene) -> None:
    taken = scene.ask("acknowledge", {"incident": scene.incident})
    assert (taken.ok, taken.text) == (True, "Mara is on it.")
    assert scene.ask("note", {"incident": scene.incident, "text": "Called *their* support."}).ok
    until(lambda: "Mara" in scene.told(), "who is on it, in the message")
    until(lambda: "their" in scene.told(), "the note, in the thread")

    silence = {"integrations": [scene.integration], "start_ms": now_ms(), "end_ms": now_ms() + 60_000, "reason": "known"}
    assert scene.ask("silence", silence).ok
    with scene.db.read() as conn:
        (row,) = windows.windows(conn, now_ms() - 60_000, now_ms() + 60_000)
    assert (row.by, row.reason) == ("Mara", "known")

    ran = scene.ask("run_check", {"checks": [scene.check]}, TIMEOUT_S + 5)
    assert (ran.ok, ran.text) == (True, "API: down, server error")
    assert ran.body["results"][0]["check"] == scene.check
    again = scene.ask("run_check", {"checks": [scene.check]})
    assert not again.ok
    assert "a moment ago" in again.text


def test_what_cannot_be_done_is_refused_with_a_reason(scene: Scene) -> None:
    assert scene.ask("acknowledge", {"incident": 999}).text == "The incident is not open."
    assert not scene.ask("note", {"incident": scene.incident, "text": "   "}).ok
    assert not scene.ask("run_check", {"checks": ["stripe", None, 4711]}).ok
    assert not scene.ask("make_coffee", {}).ok
    assert not scene.ask("silence", {"integrations": None, "start_ms": "now", "end_ms": -1}).ok
    assert newest(scene.db, "stripe/api") == "server_error"
