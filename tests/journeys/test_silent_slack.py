"""A Slack that takes a message and never answers: our own deadline ends the wait, and what nobody can know is said twice at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from lab.faults import Kind
from lab.running import LabThread
from lab.slack.front import SILENT
from storage.deliveries import alerts, deliveries, waiting
from storage.engine import open_database
from storage.rows import AlertLine, DeliveryRow
from tests.journeys.actors import Worker, declared, environment, newest, roots, until, vendor
from tests.journeys.databases import databases

STORIES: Final = (("sqlite", "looking"), ("postgres", "blind"))  # by database, and whether the token may read what the channel holds


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood in the channel before Slack had answered anything and in the end; every attempt, oldest first; the alerts."""

    at_first: int
    said: list[str]
    tries: list[DeliveryRow]
    alerts: list[AlertLine]
    methods: list[str]


def told(folder: Path, url: str, *, may_look: bool) -> Seen:
    """A vendor fails, and Slack is silent to the first message of it."""
    with LabThread(only=["stripe"]) as lab, closing(open_database(url)) as db:
        slack = lab.lab.slack
        slack.denied = set() if may_look else {"channels:history"}
        with Worker(folder, environment(folder, url, lab), declared(vendor(lab, "stripe"))) as worker:
            until(lambda: newest(db, "stripe/api") is None, "a first answer")
            lab.call(slack.behave, SILENT)
            lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
            until(lambda: roots(lab), "Slack has it", 40)
            at_first = len(roots(lab))

            def settled() -> bool:
                with db.read() as conn:
                    return bool(alerts(conn)) and not waiting(conn)

            until(settled, "the worker knows that it was told", 60)
            assert worker.stop() == 0
        with db.read() as conn:
            tries, rows = list(reversed(deliveries(conn, limit=100))), alerts(conn)
        words = [message.metadata["event_payload"]["message"] for message in roots(lab)]
        return Seen(at_first, words, tries, rows, [method for method, _ in slack.calls])


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Seen]]]:
    """Side by side: the ten seconds that a send may take are waited out. By what the token may."""
    with databases(request, STORIES) as urls, ThreadPoolExecutor() as pool:
        yield {
            story[1]: pool.submit(told, tmp_path_factory.mktemp(story[1]), urls[story], may_look=story[1] == "looking") for story in STORIES
        }


@pytest.mark.parametrize("name", ["looking", "blind"])
def test_the_wait_ends_by_our_own_deadline_and_the_message_is_tried_again(seen: Mapping[str, Future[Seen]], name: str) -> None:
    after = seen[name].result(150)
    first, second = after.tries[:2]
    assert after.at_first == 1, "Slack had stored it"
    assert (first.ok, second.ok) == (False, True)
    assert "did not answer (TimeoutError)" in first.detail
    assert not [row for row in after.alerts if row.dead_ms is not None]


def test_a_token_that_may_look_finds_what_was_taken_and_says_it_once(seen: Mapping[str, Future[Seen]]) -> None:
    after = seen["looking"].result(150)
    assert len(after.said) == 1
    assert "conversations.history" in after.methods


def test_a_token_that_may_not_look_says_it_twice_at_most(seen: Mapping[str, Future[Seen]]) -> None:
    after = seen["blind"].result(150)
    assert len(after.said) == 2, "one for each send, and no third"
    assert len(set(after.said)) == 1
