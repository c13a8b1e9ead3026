"""Five hundred checks of as many integrations lose the network at once: one message, nobody is blamed, and the time is unknown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from core.health import Cause, Status
from core.ledger import IncidentKind, SpanRow
from lab.exchange import Reply, Request
from lab.running import LabThread
from storage import catalogue, incidents, timeline
from storage.engine import Database, open_database
from storage.incidents import IncidentLine
from tests.journeys.actors import Worker, declared, environment, now_ms, roots, until
from tests.journeys.databases import databases

ORIGINS: Final = 125
EACH: Final = 4  # as many as are asked at once of one origin
CHECKS: Final = ORIGINS * EACH
OFTEN: Final = "{interval: 10s, retry: 5s, timeout: 5s, fail_after: 2, recover_after: 1}"


def well(_request: Request) -> Reply:
    return Reply(200, (("content-type", "text/plain"),), b"well")


def integrations(lab: LabThread) -> Iterator[dict[str, Any]]:
    for number in range(ORIGINS):
        url = lab.call(lab.lab.open, f"origin-{number}", well).url
        for path in range(EACH):
            slug = f"far-{number}-{path}"
            yield {"slug": slug, "provider": "http", "name": slug, "private_targets": True, "settings": {"url": f"{url}/{path}"}}


def newest(db: Database) -> Counter[Cause | None]:
    """How many checks have which cause by their newest result."""
    with db.read() as conn:
        return Counter(line.cause for line in timeline.newest(conn).values())


def spans(db: Database) -> dict[int, list[SpanRow]]:
    with db.read() as conn:
        checks = [check.id for row in catalogue.integrations(conn) for check in row.plan.checks]
        found = timeline.spans(conn, checks, 0, now_ms() + 60_000)
    return {check: [span for span in found if span.check == check] for check in checks}


@dataclass(frozen=True, slots=True)
class Seen:
    """What was told, and what is on disk of it."""

    messages: list[Any]
    incidents: list[IncidentLine]
    spans: dict[int, list[SpanRow]]


def lost_and_found(folder: Path, url: str) -> Seen:
    """All of them are well, lose the network, and find it again."""
    with closing(open_database(url)) as db, LabThread(only=[]) as lab:
        text = declared(*integrations(lab), defaults=OFTEN)
        with Worker(folder, environment(folder, url, lab), text) as worker:
            until(lambda: newest(db) == {None: CHECKS}, "everybody answers", 90)
            lab.call(lab.lab.lose_network)
            until(lambda: newest(db) == {Cause.OBSERVER: CHECKS}, "every result is ours", 90)
            assert roots(lab) == []
            lab.call(lab.lab.restore_network)
            until(lambda: newest(db) == {None: CHECKS}, "everybody answers again", 90)
            until(lambda: roots(lab), "the one message")
            assert worker.stop() == 0
        with db.read() as conn:
            told = incidents.incidents(conn)
        return Seen(roots(lab), told, spans(db))


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Seen]]]:
    """On both databases side by side: most of it is waiting. By database."""
    stories = [("sqlite", "network"), ("postgres", "network")]
    with databases(request, stories) as urls, ThreadPoolExecutor() as pool:
        yield {story[0]: pool.submit(lost_and_found, tmp_path_factory.mktemp(story[0]), urls[story]) for story in stories}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_network_that_five_hundred_checks_lose_is_told_once_and_blamed_on_nobody(seen: Mapping[str, Future[Seen]], kind: str) -> None:
    after = seen[kind].result(300)
    assert len(after.messages) == 1, [message.text for message in after.messages]
    (told,) = after.messages
    assert "network" in json.dumps(told.blocks).lower()
    (blind,) = after.incidents
    assert (blind.incident.kind, blind.incident.closed_as) == (IncidentKind.BLIND, "recovered")
    assert blind.incident.resolved_ms
    assert len(after.spans) == CHECKS
    for check, lasting in after.spans.items():
        assert [span.status for span in lasting] == [Status.UP, Status.UNKNOWN, Status.UP], check
        assert lasting[1].cause is Cause.OBSERVER
        assert lasting[1].end_ms
        assert lasting[1].start_ms < blind.incident.resolved_ms
        assert lasting[1].end_ms > blind.incident.started_ms
