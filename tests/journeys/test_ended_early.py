"""What people take back: a silence before its time is up, by two at once; the address of a heartbeat."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lab.faults import Kind
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import open_database
from tests.journeys.actors import Site, declared, environment, roots, until, vendor

JOB = {
    "slug": "nightly",
    "provider": "http",
    "name": "Nightly export",
    "checks": {"job": {"kind": "heartbeat", "every": "1h", "grace": "1h"}},
}


def of_the_file() -> dict[str, Any]:
    wall = datetime.now(UTC).replace(tzinfo=None)
    times = {"start": wall - timedelta(minutes=1), "end": wall + timedelta(hours=1)}
    once = {name: at.isoformat(timespec="seconds") for name, at in times.items()}
    return {"name": "Declared", "once": once, "zone": "UTC", "integrations": ["nightly"]}


@dataclass(frozen=True, slots=True)
class Said:
    ok: bool
    text: str
    body: dict[str, Any]


def asked(site: Site, path: str, by: str, **body: Any) -> Said:
    """The worker's answer, on a slow machine by asking for it again."""
    answer = site.http.post(f"/api/v1/{path}", json={"by": by, **body})
    if answer.status_code == 409:
        return Said(False, answer.json()["detail"], {})
    answer.raise_for_status()
    number = answer.json()["request"]
    found = until(lambda: (told := site.get(f"/api/v1/requests/{number}"))["ok"] is not None and told, "an answer")
    return Said(found["ok"], found["text"], found["body"])


def test_a_silence_that_is_ended_early_tells_what_it_held_back(tmp_path: Path) -> None:
    with LabThread(only=["stripe"]) as lab:
        text = declared(vendor(lab, "stripe"), JOB, silences=[of_the_file()])
        with Site(tmp_path, environment(tmp_path, lab=lab), text) as site:
            until(lambda: site.health() == 200, "a worker that leads")
            until(lambda: len(site.get("/api/v1/integrations")) == 2, "both integrations")
            until_ms = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
            assert asked(site, "silences", "Mara", end=until_ms, reason="drill", integrations=["stripe"]).ok
            lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
            until(lambda: site.get("/api/v1/incidents?open=true"), "an incident, although nobody is told")
            assert site.get("/api/v1/alerts") == []

            windows = {one["reason"]: one["id"] for one in site.get("/api/v1/windows")}
            assert set(windows) == {"drill", "Declared"}
            refused = asked(site, f"windows/{windows['Declared']}/end", "Mara")
            assert (refused.ok, "edit it there" in refused.text) == (False, True)
            with ThreadPoolExecutor(2) as people:
                answers = list(people.map(lambda by: asked(site, f"windows/{windows['drill']}/end", by), ("Mara", "Jo")))
            assert {(one.ok, one.text) for one in answers} == {
                (True, "Ended: alerts are told again."),
                (False, "This silence is over already."),
            }
            until(lambda: len(roots(lab)) == 1, "told, as soon as the silence is over")
            assert [one["reason"] for one in site.get("/api/v1/windows")] == ["Declared"]
            (line,) = site.get("/api/v1/incidents")
            events = site.get(f"/api/v1/incidents/{line['id']}")["events"]
            assert "Silence ended early" in [event["text"] for event in events]

            the_old_address_of_a_heartbeat_is_nobodys(site, tmp_path)


def the_old_address_of_a_heartbeat_is_nobodys(site: Site, folder: Path) -> None:
    db = open_database(f"sqlite:///{folder / 'health.db'}")
    with db.read() as conn:
        row = check_named(conn, "nightly/job")
    assert row is not None
    assert site.http.post(f"/ping/{row.address}").text == "OK\n"
    given = asked(site, "integrations/nightly/checks/job/address", "Mara")
    assert site.http.post(f"/ping/{row.address}").status_code == 404
    assert site.http.post(given.body["path"]).text == "OK\n"
    db.close()
