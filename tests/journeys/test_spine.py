"""From a vendor that fails to the month's figure: the real worker, killed on the way, against the lab, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.faults import Kind
from lab.running import LabThread
from storage import incidents, timeline
from storage.engine import Database, open_database

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
version: 1
defaults: {{interval: 2s, retry: 1s, timeout: 1s}}
channels:
  ops: {{kind: slack, token: env:LAB_TOKEN, channel: "#ops"}}
alerting: {{channel: ops}}
integrations:
  - slug: stripe
    provider: stripe
    owner: payments
    runbook: Offer PayPal instead.
    flows: [Checkout]
    objective: {{availability: 99.9}}
    contract: {{availability: 99.9, source: "https://stripe.example/sla", read_at: 2026-10-01}}
    secrets: {{secret_key: env:LAB_STRIPE_KEY}}
    settings: {{base_url: "{api}", status_url: "{page}"}}
    private_targets: true
    checks: {{status_page: {{interval: 2s}}}}
"""


class Worker:
    """The product's worker as its own process, in an environment of the test's."""

    def __init__(self, folder: Path, url: str, lab: LabThread, text: str) -> None:
        (folder / "integrations.yaml").write_text(text)
        there = lab.lab
        self.env = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url,
            "STATE_DIR": str(folder),
            "CONFIG": str(folder / "integrations.yaml"),
            "EXTRA_CA_FILE": str(there.ca_file),
            "CANARIES": " ".join(there.canaries),
            "SLACK_BASE_URL": there.slack_api,
            "LAB_TOKEN": there.slack.token,
            "LAB_STRIPE_KEY": there.vendors["stripe"].secrets["secret_key"],
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=ROOT, env=self.env)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "cli", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60)


@pytest.fixture
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def worker(tmp_path: Path, url: str, lab: LabThread) -> Iterator[Worker]:
    text = CONFIG.format(api=lab.lab.url("stripe"), page=lab.lab.status_url("stripe"))
    made = Worker(tmp_path, url, lab, text)
    yield made
    if made.process and made.process.poll() is None:
        made.kill()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


def until(happens: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def seen_up(db: Database) -> bool:
    with db.read() as conn:
        return any(line.cause is None for line in timeline.newest(conn).values())


def test_a_failing_vendor_is_told_once_survives_a_kill_and_stands_in_the_month(worker: Worker, lab: LabThread, db: Database) -> None:
    worker.start()
    until(lambda: seen_up(db), "a first good answer")
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
    told = json.loads(worker.command("report", month, "--format", "json").stdout)
    (row,) = told["integrations"]
    assert row["slug"] == "stripe"
    assert len(row["incidents"]) == 1
    leaked = worker.env["LAB_STRIPE_KEY"]
    assert leaked not in json.dumps([message.blocks for message in roots(lab)]) + json.dumps(told)


def roots(lab: LabThread) -> list:  # type: ignore[type-arg]
    return lab.call(lambda: list(lab.lab.slack.workspace.roots))


def test_a_test_alert_goes_the_way_of_every_alert_without_a_worker_too(worker: Worker, lab: LabThread) -> None:
    done = worker.command("alerts", "test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "took the test alert" in done.stdout
    assert len(roots(lab)) == 1
