"""From a vendor that fails to the month's figure: the real worker, killed on the way, against the lab, on both databases."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.faults import Kind
from lab.running import LabThread
from storage import incidents
from storage.engine import Database
from tests.journeys.actors import Worker, cli, declared, environment, newest, roots, until, vendor


@pytest.fixture
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def worker(tmp_path: Path, url: str, lab: LabThread) -> Iterator[Worker]:
    stripe = vendor(
        lab,
        "stripe",
        owner="payments",
        runbook="Offer PayPal instead.",
        flows=["Checkout"],
        objective={"availability": 99.9},
        contract={"availability": 99.9, "source": "https://stripe.example/sla", "read_at": "2026-10-01"},
    )
    stripe["settings"]["status_url"] = lab.lab.status_url("stripe")
    stripe["checks"]["status_page"] = {"interval": "2s"}
    made = Worker(tmp_path, environment(tmp_path, url, lab), declared(stripe, defaults="{interval: 2s, retry: 1s, timeout: 1s}"))
    yield made
    made.__exit__()


def test_a_failing_vendor_is_told_once_survives_a_kill_and_stands_in_the_month(worker: Worker, lab: LabThread, db: Database) -> None:
    worker.start()
    until(lambda: newest(db, "stripe/api") is None, "a first good answer")
    lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
    until(lambda: len(roots(lab)) == 1, "one Slack message")
    opened = roots(lab)[0]
    assert "Stripe" in json.dumps(opened.blocks)
    worker.kill()

    lab.call(lab.lab.heal, "stripe")
    worker.start()
    until(lambda: bool(opened.versions) and "is up again" in json.dumps(opened.blocks), "the same message, edited to its end")
    assert len(roots(lab)) == 1
    assert worker.stop() == 0

    with db.read() as conn:
        (line,) = incidents.incidents(conn)
        detail = incidents.incident(conn, line.incident.id)
    assert detail is not None
    assert detail.incident.closed_as == "recovered"
    assert detail.incident.verdict is not None
    assert detail.incident.verdict.party == "theirs"
    assert detail.incident.resolved_ms is not None
    assert {event.kind for event in detail.events} >= {"opened", "resolved"}

    month = time.strftime("%Y-%m", time.gmtime(detail.incident.started_ms / 1000))
    told = json.loads(cli(worker.env, "report", month, "--format", "json").stdout)
    (row,) = told["integrations"]
    assert row["integration"] == "stripe"
    (told_incident,) = row["incident_list"]
    assert (told_incident["incident"], told_incident["party"]) == (detail.incident.id, "theirs")
    assert row["incidents"] == 1
    leaked = worker.env["LAB_STRIPE_SECRET_KEY"]
    assert leaked not in json.dumps([message.blocks for message in roots(lab)]) + json.dumps(told) + worker.said


def test_a_test_alert_goes_the_way_of_every_alert_without_a_worker_too(worker: Worker, lab: LabThread) -> None:
    done = cli(worker.env, "alerts", "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "took the test alert" in done.stdout
    assert len(roots(lab)) == 1
