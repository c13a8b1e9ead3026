"""Five hundred checks of as many integrations lose the network at once: one message, nobody is blamed, and the time is unknown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.health import Cause, Status
from core.ledger import IncidentKind, SpanRow
from lab.exchange import Reply, Request
from lab.running import LabThread
from storage import catalogue, incidents, timeline
from storage.engine import Database, open_database
from tests.journeys.actors import Worker, declared, environment, now_ms, roots, until

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


def test_a_network_that_five_hundred_checks_lose_is_told_once_and_blamed_on_nobody(tmp_path: Path, sqlite_url: str) -> None:
    db = open_database(sqlite_url)
    with LabThread(only=[]) as lab:
        text = declared(*integrations(lab), defaults=OFTEN)
        with Worker(tmp_path, environment(tmp_path, sqlite_url, lab), text) as worker:
            until(lambda: newest(db) == {None: CHECKS}, "everybody answers", 60)
            lab.call(lab.lab.lose_network)
            until(lambda: newest(db) == {Cause.OBSERVER: CHECKS}, "every result is ours", 60)
            assert roots(lab) == []
            lab.call(lab.lab.restore_network)
            until(lambda: newest(db) == {None: CHECKS}, "everybody answers again", 60)
            until(lambda: roots(lab), "the one message")
            assert worker.stop() == 0
        messages = roots(lab)

    assert len(messages) == 1, [message.text for message in messages]
    (told,) = messages
    assert "network" in json.dumps(told.blocks).lower()
    with db.read() as conn:
        (blind,) = incidents.incidents(conn)
    assert (blind.incident.kind, blind.incident.closed_as) == (IncidentKind.BLIND, "recovered")
    assert blind.incident.resolved_ms
    for check, lasting in spans(db).items():
        assert [span.status for span in lasting] == [Status.UP, Status.UNKNOWN, Status.UP], check
        assert lasting[1].cause is Cause.OBSERVER
        assert lasting[1].end_ms
        assert lasting[1].start_ms < blind.incident.resolved_ms
        assert lasting[1].end_ms > blind.incident.started_ms
    db.close()
