"""The monitor's own troubles, through the real worker: each is told once, followed in its message, and its end is told there."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lab.running import LabThread
from lab.slack.workspace import Message
from storage import requests
from storage.engine import Database, open_database
from storage.own import own_rows
from tests.journeys.actors import Worker, declared, environment, held, newest, now_ms, roots, until, vendor

CHANNELS = {
    "ops": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#ops"},
    "fallback": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#payments"},
    "gone": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#nowhere"},
}
DEAD, LATE = "alerts do not arrive", "The monitor writes late"


class Calls:
    """Somebody outside who counts how often they are called."""

    secret = "c0ffee-1234-knock"

    def __init__(self) -> None:
        self._came = threading.Semaphore(0)
        self.count = 0
        calls = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == f"/{calls.secret}" else 404)
                self.send_header("content-length", "0")
                self.end_headers()
                calls.count += 1
                calls._came.release()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{self.secret}"

    def came(self, *, within_s: float) -> bool:
        """Whether another call comes."""
        while self._came.acquire(blocking=False):
            continue
        return self._came.acquire(timeout=within_s)

    def __enter__(self) -> Calls:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture(scope="module")
def calls() -> Iterator[Calls]:
    with Calls() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, lab: LabThread, calls: Calls) -> Iterator[Worker]:
    """A trouble of its own is told after a second; somebody outside is called every second."""
    folder = tmp_path_factory.mktemp("own")
    env = environment(folder, lab=lab, OWN_TROUBLE_AFTER="1", DEADMAN_URL=calls.url, DEADMAN_INTERVAL="1")
    text = declared(vendor(lab, "stripe"), channels=CHANNELS, alerting={"channel": "ops", "fallback": "fallback"})
    with Worker(folder, env, text) as running:
        yield running


@pytest.fixture(scope="module")
def db(worker: Worker) -> Iterator[Database]:
    database = open_database(f"sqlite:///{worker.env['STATE_DIR']}/health.db", wait_s=20)
    until(lambda: newest(database, "stripe/api") is None, "a first answer")
    yield database
    database.close()


def told(lab: LabThread, words: str) -> list[Message]:
    return [message for message in roots(lab) if any(words in json.dumps(form) for form in (message.blocks, message.versions))]


def in_channel(lab: LabThread, message: Message) -> str:
    return lab.lab.slack.workspace.channels[message.channel]


def test_a_dead_letter_is_told_once_by_the_fallback(worker: Worker, db: Database, lab: LabThread) -> None:
    for _ in range(2):
        ident = requests.append(db, "alerts_test", {"channel": "gone"}, "Mara", now_ms())
        assert requests.wait(db, ident, 5).answer
    until(lambda: dead_letters(db) == 2 and len(told(lab, "Test alert")) == 2, "both died, and were told by the fallback")
    until(lambda: told(lab, DEAD), "the fallback says that, too")
    (message,) = told(lab, DEAD)
    assert in_channel(lab, message) == "payments"
    assert "Deliveries" in json.dumps(message.blocks), "what to do stands in it"


def dead_letters(db: Database) -> int:
    with db.read() as conn:
        return own_rows(conn, now_ms()).dead_letters


def test_a_locked_database_stops_the_calls_and_is_told_when_it_is_over(worker: Worker, db: Database, lab: LabThread, calls: Calls) -> None:
    until(lambda: calls.count, "a call while all is well")
    with held(Path(worker.env["STATE_DIR"]) / "write.lock"):
        until(lambda: "The monitor writes late" in worker.said, "it is noticed", 14)
        silent = calls.count
        assert not calls.came(within_s=1.6), "nobody is called while nothing can be written"
    until(lambda: calls.count > silent, "a call when all is well again")
    until(lambda: any("over after" in json.dumps(message.blocks) for message in told(lab, LATE)), "the same message, edited to its end")
    (message,) = told(lab, LATE)
    assert in_channel(lab, message) == "ops"
    assert calls.secret not in worker.said


def test_a_stopped_worker_calls_nobody(worker: Worker, db: Database, calls: Calls) -> None:
    until(lambda: calls.came(within_s=1), "a call")
    worker.send(signal.SIGSTOP)
    calls.came(within_s=0.3)  # what was under way
    assert not calls.came(within_s=1.6)
    worker.send(signal.SIGCONT)
    until(lambda: calls.came(within_s=1), "a call")
