"""The demo as one command: pages at once, ninety days within half a minute, a vendor that fails, and nothing left behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.exits import Exit
from storage import notices, processes
from storage.engine import Database, open_database
from tests.journeys.actors import Site, alive, cli, environment, now_ms, until


class Demo(Site):
    """Its state is a folder of its own, below the one it was given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, environment(folder))
        self.words = ("cli", "demo")
        self.log = folder / "demo.log"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.env['STATE_DIR']}/demo/health.db"

    def pids(self, db: Database) -> list[int]:
        with db.read() as conn:
            return [row.pid for row in processes.processes(conn, now_ms() - 30_000) if row.ended_ms is None]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def db(demo: Demo) -> Iterator[Database]:
    until(lambda: demo.health() in (200, 503), "pages", 30)
    database = open_database(demo.database)
    yield database
    database.close()


def progress(db: Database) -> dict[str, Any]:
    with db.read() as conn:
        found = notices.notices(conn).get("history")
    return dict(found.body) if found else {}


def test_pages_are_open_while_the_history_is_played(demo: Demo, db: Database) -> None:
    until(lambda: 0 < progress(db).get("done", 0) < progress(db)["total"], "some days of many")
    assert demo.http.get("/").status_code == 200


def test_ninety_days_are_there_and_asking_goes_on(demo: Demo, db: Database) -> None:
    until(lambda: demo.health() == 200, "a worker that leads", 60)
    assert progress(db) == {}
    every = demo.get("/api/v1/integrations")
    assert len(every) >= 25
    assert all(one["status"] != "unknown" for one in every)
    assert len(demo.get("/api/v1/incidents?limit=100")) >= 10


def test_its_slack_and_its_desk_are_pages_of_their_own(demo: Demo, db: Database) -> None:
    until(lambda: "Its desk" in demo.said, "the addresses")
    shown = [line.rpartition(" ")[2] for line in demo.said.splitlines() if line.startswith(("Its Slack", "Its desk"))]
    assert [httpx.get(address, trust_env=False).status_code for address in shown] == [200, 200]


def test_its_address_is_printed_once(demo: Demo, db: Database) -> None:
    until(lambda: "Its desk" in demo.said, "the addresses")
    assert [line.split(": ")[0] for line in demo.said.splitlines() if f":{demo.port}" in line] == ["Integration Health, demo"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    letter = tmp_path / "demo" / "letter.txt"
    letter.write_text("Dear aunt")
    done = cli(environment(tmp_path), "demo")
    assert done.returncode == Exit.STATE_NOT_WRITABLE
    assert "is no demo" in done.stderr
    assert letter.read_text() == "Dear aunt"


def test_a_demo_that_is_killed_leaves_nothing_behind(demo: Demo, db: Database) -> None:
    children = demo.pids(db)
    assert len(children) >= 2
    demo.send(signal.SIGKILL)
    until(lambda: not any(map(alive, children)), "the end of its pages and its worker", 30)
