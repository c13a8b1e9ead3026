"""The real worker, killed with kill -9 at every point of its work; counted at the vendors, at Slack, and in the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.migrate import migrate
from tests.conftest import database_on, on_server
from tests.journeys.kills import accounts
from tests.journeys.kills.course import Outcome, kill_couriers, kill_workers
from tests.journeys.kills.points import ALERTS, WORKER, Point

EACH = 3  # kills at every point, on each database

Courses = dict[str, Future[Outcome]]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, postgres: str) -> Iterator[Courses]:
    """All at once, each on a database and against a lab of its own: a worker that is killed mostly waits."""
    on_server(postgres, "CREATE DATABASE kills")
    on_postgres = database_on(postgres, "kills")
    migrate(on_postgres)
    places = {name: tmp_path_factory.mktemp(name) for name in ("sqlite", "postgres", "looking", "blind")}
    for place in places.values():
        shutil.copy(migrated_sqlite, place / "health.db")
    urls = {name: f"sqlite:///{place / 'health.db'}" for name, place in places.items()} | {"postgres": on_postgres}
    with ThreadPoolExecutor() as pool:
        yield {
            "sqlite": pool.submit(kill_workers, places["sqlite"], urls["sqlite"], EACH, seed=1),
            "postgres": pool.submit(kill_workers, places["postgres"], urls["postgres"], EACH, seed=2),
            "looking": pool.submit(kill_couriers, places["looking"], urls["looking"], EACH, seed=3, may_look=True),
            "blind": pool.submit(kill_couriers, places["blind"], urls["blind"], EACH, seed=4, may_look=False),
        }
    on_server(postgres, "DROP DATABASE kills WITH (FORCE)")


def ended(courses: Courses, name: str, points: tuple[Point, ...]) -> Outcome:
    outcome = courses[name].result()
    print(outcome)
    assert all(outcome.hits[point] >= EACH for point in points), outcome.hits
    return outcome


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_a_killed_worker_loses_nothing_that_was_flushed_and_doubles_nothing(courses: Courses, name: str) -> None:
    outcome = ended(courses, name, WORKER)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.results > 0
    assert outcome.unrecorded > 0, "a course in which no kill took anything proves nothing"


def test_a_worker_killed_on_the_way_to_slack_says_everything_once(courses: Courses) -> None:
    outcome = ended(courses, "looking", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.twice == 0


def test_without_the_right_to_look_only_what_was_sent_and_not_marked_is_said_again(courses: Courses) -> None:
    outcome = ended(courses, "blind", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert 0 < outcome.twice <= outcome.hits[Point.SENDING] + outcome.hits[Point.UNMARKED]
