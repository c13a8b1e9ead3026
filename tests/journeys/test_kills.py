"""The real worker, killed with kill -9 at every point of its work; counted at the vendors, at Slack, and in the database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import product

import pytest

from tests.journeys.databases import Story, databases
from tests.journeys.kills import accounts
from tests.journeys.kills.course import Outcome, kill_couriers, kill_workers
from tests.journeys.kills.points import ALERTS, WORKER, Point

EACH = 3  # kills at every point, on each database

DATABASES = ("sqlite", "postgres")
LOOKING, BLIND = partial(kill_couriers, may_look=True), partial(kill_couriers, may_look=False)
KINDS = {"worker": kill_workers, "looking": LOOKING, "blind": BLIND}

Courses = dict[Story, Future[Outcome]]


@pytest.fixture(scope="module")
def courses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courses]:
    """All at once, each on a database and against a lab of its own: a worker that is killed mostly waits."""
    with databases(request, tuple(product(DATABASES, KINDS))) as urls, ThreadPoolExecutor(len(urls)) as pool:
        yield {
            story: pool.submit(KINDS[story[1]], tmp_path_factory.mktemp("kills"), url, EACH, seed=seed)
            for seed, (story, url) in enumerate(urls.items(), 1)
        }


def ended(courses: Courses, database: str, kind: str, points: tuple[Point, ...]) -> Outcome:
    outcome = courses[database, kind].result()
    print(outcome)
    assert all(outcome.hits[point] >= EACH for point in points), outcome.hits
    return outcome


@pytest.mark.parametrize("database", DATABASES)
def test_a_killed_worker_loses_nothing_that_was_flushed_and_doubles_nothing(courses: Courses, database: str) -> None:
    outcome = ended(courses, database, "worker", WORKER)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.results > 0
    assert outcome.unrecorded > 0, "a course in which no kill took anything proves nothing"


@pytest.mark.parametrize("database", DATABASES)
def test_a_worker_killed_on_the_way_to_slack_says_everything_once(courses: Courses, database: str) -> None:
    outcome = ended(courses, database, "looking", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert outcome.twice == 0


@pytest.mark.parametrize("database", DATABASES)
def test_without_the_right_to_look_only_what_was_sent_and_not_marked_is_said_again(courses: Courses, database: str) -> None:
    outcome = ended(courses, database, "blind", ALERTS)
    assert not any(outcome.faults.values()), accounts.shown(outcome.faults)
    assert 0 < outcome.twice <= outcome.hits[Point.SENDING] + outcome.hits[Point.UNMARKED]
