"""One leads, whatever happens to it: killed, stopped, cut off from its lock; nobody is asked twice for one turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import database_on, on_server
from tests.journeys import leaders

AT_ONCE: Final = 4  # they mostly wait, but for the starts of their processes
ON_POSTGRES: Final = {
    "hanging": leaders.hanging,  # takes longest, and nothing of the machine
    "elsewhere": leaders.elsewhere,
    "five-postgres": leaders.five,
    "lost": leaders.lost,
    "broke": leaders.broke,
}
LONGEST_S: Final = 300

Scenes = dict[str, Future[None]]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, postgres: str, migrated_postgres: str, migrated_sqlite: Path) -> Iterator[Scenes]:
    """Side by side, each on a database of its own."""
    begun: Scenes = {}
    folders = {name: tmp_path_factory.mktemp(name) for name in (*ON_POSTGRES, "five-sqlite")}
    shutil.copy(migrated_sqlite, folders["five-sqlite"] / "health.db")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for name, scene in ON_POSTGRES.items():
            on_server(postgres, f'CREATE DATABASE "{name}" TEMPLATE migrated')
            begun[name] = pool.submit(scene, folders[name], database_on(postgres, name))
        begun["five-sqlite"] = pool.submit(leaders.five, folders["five-sqlite"], f"sqlite:///{folders['five-sqlite'] / 'health.db'}")
        yield begun
    for name in ON_POSTGRES:
        on_server(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_of_five_one_leads_and_when_it_is_killed_another_one_does(scenes: Scenes, kind: str) -> None:
    scenes[f"five-{kind}"].result(LONGEST_S)


def test_a_leader_whose_lock_session_is_lost_to_another_one_stops_at_once(scenes: Scenes) -> None:
    scenes["lost"].result(LONGEST_S)


def test_a_leader_whose_lock_session_broke_takes_it_again_where_nobody_else_did(scenes: Scenes) -> None:
    scenes["broke"].result(LONGEST_S)


def test_a_stopped_leader_on_another_machine_loses_its_session_and_is_refused_when_it_wakes(scenes: Scenes) -> None:
    scenes["elsewhere"].result(LONGEST_S)


def test_a_recorder_that_hangs_is_said_and_replaced(scenes: Scenes) -> None:
    scenes["hanging"].result(LONGEST_S)
