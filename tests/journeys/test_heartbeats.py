"""Something must call us: its call is on disk before the answer, its silence an incident, its return the end of it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.pings import pings
from tests.journeys.actors import Site, declared, environment, newest, roots, until

JOB = {
    "slug": "nightly",
    "provider": "http",
    "name": "Nightly export",
    "checks": {"job": {"kind": "heartbeat", "every": "1s", "grace": "1s"}},
}


def address(db: Database) -> tuple[int, str]:
    with db.read() as conn:
        row = check_named(conn, "nightly/job")
    assert row
    assert row.address
    return row.plan.id, row.address


def test_a_job_that_does_not_call_is_missed_and_told_and_its_call_ends_it(tmp_path: Path) -> None:
    with LabThread(only=[]) as lab, Site(tmp_path, environment(tmp_path, lab=lab), declared(JOB)) as site:
        until(lambda: site.health() == 200, "a worker that leads")
        db = open_database(f"sqlite:///{tmp_path / 'health.db'}")
        until(lambda: site.get("/api/v1/integrations"), "the integration")
        check, secret = address(db)

        assert site.http.post(f"/ping/{secret}", content=b"42 rows").text == "OK\n"
        with db.read() as conn:
            (ping,) = pings(conn, check, 0)
        assert (ping.kind, ping.body) == ("ok", "42 rows")
        until(lambda: newest(db, "nightly/job") is None, "it is up", 5)

        until(lambda: newest(db, "nightly/job") == "missed", "its silence is seen", 10)
        until(lambda: len(roots(lab)) == 1, "one message")
        (told,) = roots(lab)
        assert "Nightly export" in json.dumps(told.blocks)
        (line,) = site.get("/api/v1/incidents")
        assert (line["cause"], line["verdict"]["party"]) == ("missed", "ours")

        site.http.get(f"/ping/{secret}").raise_for_status()
        until(lambda: "is up again" in json.dumps(told.blocks), "the same message, edited to its end")
        assert len(roots(lab)) == 1

        site.http.post(f"/ping/{secret}/fail").raise_for_status()
        until(lambda: newest(db, "nightly/job") == "missed", "a failure it reports itself", 5)
        with pytest.raises(httpx.HTTPStatusError, match="404"):
            site.http.post("/ping/guessed").raise_for_status()
        db.close()
