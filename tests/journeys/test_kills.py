"""The real worker, killed with kill -9 at every point of its work; counted at the vendors, at Slack, and in the database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from storage.migrate import migrate
from tests.conftest import database_on, on_server
from tests.journeys.kills import accounts
from tests.journeys.kills.course import Outcome, kill_couriers, kill_workers
from tests.journeys.kills.points import ALERTS, WORKER, Point

EACH = 3  # kills at every point, on each database

DATABASES = ("sqlite", "postgres")
LOOKING, BLIND = partial(kill_couriers, may_look=True), partial(kill_couriers, may_look=False)
KINDS = {"worker": kill_workers, "looking": LOOKING, "blind": BLIND}
COURSES = {f"{kind} on {database}": course for kind, course in KINDS.items() for database in DATABASES}

Courses = dict[str, Future[Outcome]]


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, postgres: str) -> Iterator[Courses]:
    """All at once, each on a database and against a lab of its own: a worker that is killed mostly waits."""
    with ExitStack() as stack, ThreadPoolExecutor(len(COURSES)) as pool:
        begun = {}
        for seed, (name, course) in enumerate(COURSES.items(), 1):
            folder = tmp_path_factory.mktemp("kills")
            shutil.copy(migrated_sqlite, folder / "health.db")
            on_sqlite = f"sqlite:///{folder / 'health.db'}"
            url = stack.enter_context(a_database(postgres, f"kills_{seed}")) if name.endswith("postgres") else on_sqlite
            begun[name] = pool.submit(course, folder, url, EACH, seed=seed)
        yield begun


@contextmanager
def a_database(postgres: str, name: str) -> Iterator[str]:
    on_server(postgres, f"CREATE DATABASE {name}")
    migrate(database_on(postgres, name))
    yield database_on(postgres, name)
    on_server(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def ended(courses: Courses, name: str, points: tuple[Point, ...]) -> Outcome:
    outcome = courses[name].result()
    print(outcome)
    assert all(outcome.hits[point] >= EACH for point in points), outcome.hits
    return outcome


@pytest.mark.parametrize("database", DATABASES)
def test_a_killed_worker_loses_nothing_that_was_flushed_and_doubles_nothing(courses: Courses, database: str) -> None:
    outcome = ended(courses, f"worker on {database}", WORKER)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.results > 0
    assert outcome.unrecorded > 0, "a course in which no kill took anything proves nothing"


@pytest.mark.parametrize("database", DATABASES)
def test_a_worker_killed_on_the_way_to_slack_says_everything_once(courses: Courses, database: str) -> None:
    outcome = ended(courses, f"looking on {database}", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.twice == 0


@pytest.mark.parametrize("database", DATABASES)
def test_without_the_right_to_look_only_what_was_sent_and_not_marked_is_said_again(courses: Courses, database: str) -> None:
    outcome = ended(courses, f"blind on {database}", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert 0 < outcome.twice <= outcome.hits[Point.SENDING] + outcome.hits[Point.UNMARKED]
