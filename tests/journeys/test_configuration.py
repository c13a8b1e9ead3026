"""What is declared while everything runs: a good change is taken up at once, a bad one is said and changes nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from core.exits import Exit
from lab.running import LabThread
from storage import catalogue, configs, notices
from storage.engine import Database, open_database
from tests.journeys.actors import (
    ROOT,
    Site,
    Worker,
    answered_since,
    cli,
    declared,
    environment,
    leader,
    newest,
    now_ms,
    until,
    vendor,
)
from tests.journeys.databases import databases

BROKEN = {"slug": "paypal", "provider": "paypal", "owner": "payments", "ownr": "typo"}


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe", "sendgrid"]) as thread:
        yield thread


@pytest.fixture(scope="module")
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lab: LabThread) -> Iterator[Mapping[str, Site]]:
    """One on each database."""
    stories = [("sqlite", "configured"), ("postgres", "configured")]
    with databases(request, stories) as urls, ExitStack() as open_:
        running = {}
        for story in stories:
            folder = tmp_path_factory.mktemp(story[1])
            running[story[0]] = open_.enter_context(
                Site(folder, environment(folder, urls[story], lab=lab), declared(vendor(lab, "stripe")))
            )
        for one in running.values():
            until(lambda one=one: one.health() == 200, "a worker that leads", 60)  # type: ignore[misc]
        yield running


@pytest.fixture(params=["sqlite"])
def site(request: pytest.FixtureRequest, sites: Mapping[str, Site]) -> Site:
    """The one on SQLite, unless a test asks for both."""
    return sites[request.param]


on_both = pytest.mark.parametrize("site", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="module", autouse=True)
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """`apply` beside a worker that was stopped, begun before the other tests: it waits while they run."""
    folder = tmp_path_factory.mktemp("silent")
    env = environment(folder)
    with Worker(folder, env, "version: 1\n") as worker:
        until(lambda: "leading" in worker.said, "a leader")
        worker.send(signal.SIGSTOP)
        words = [sys.executable, "-m", "cli", "apply"]
        yield subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def file(site: Site) -> Iterator[Path]:
    """The file of integrations; each test begins with Stripe alone, applied."""
    path = Path(site.env["CONFIG"])
    before = path.read_text()
    until(lambda: watched(site) == ["stripe"], "Stripe alone")
    yield path
    path.write_text(f"{before}# {now_ms()}\n")
    until(lambda: watched(site) == ["stripe"] and said(site)["valid"], "Stripe alone again")


def watched(site: Site) -> list[str]:
    return sorted(one["slug"] for one in site.get("/api/v1/integrations"))


def said(site: Site) -> Any:
    """What the pages show of the configuration."""
    db = open_database(site.env["DATABASE_URL"])
    try:
        with db.read() as conn:
            found = notices.notices(conn).get("configuration")
    finally:
        db.close()
    return found.body if found else {"valid": None}


@on_both
def test_a_change_of_the_file_is_applied_within_seconds(site: Site, file: Path, lab: LabThread) -> None:
    file.write_text(declared(vendor(lab, "stripe"), vendor(lab, "sendgrid")))
    until(lambda: watched(site) == ["sendgrid", "stripe"], "a new integration in the API", 5)
    until(lambda: site.get("/api/v1/integrations/sendgrid")["status"] == "up", "its first answer", 10)


@on_both
def test_a_file_that_makes_no_sense_changes_nothing_and_is_said(site: Site, file: Path) -> None:
    file.write_text("version: 1\nintegrations: [{slug: stripe, provider: stripe}\n")
    until(lambda: said(site)["valid"] is False, "a notice", 5)
    assert watched(site) == ["stripe"]
    (problem,) = said(site)["problems"]
    assert problem["line"] >= 2
    done = cli(site.env, "validate", "--json")
    assert done.returncode == Exit.CONFIGURATION
    assert json.loads(done.stdout)["valid"] is False


@on_both
def test_a_broken_integration_does_not_disable_the_others(site: Site, file: Path, lab: LabThread) -> None:
    file.write_text(declared(vendor(lab, "stripe"), BROKEN, vendor(lab, "sendgrid")))
    until(lambda: watched(site) == ["sendgrid", "stripe"] and said(site)["problems"], "the others, and a problem", 5)
    problems = {one["key"]: one["nearest"] for one in said(site)["problems"] if not one["warning"]}
    assert problems["integrations[1].ownr"] == "owner"
    assert all(key.startswith("integrations[1]") for key in problems)


@on_both
def test_an_integration_that_breaks_goes_on_in_its_last_good_form(site: Site, file: Path, lab: LabThread) -> None:
    file.write_text(declared(vendor(lab, "stripe", ownr="typo"), vendor(lab, "sendgrid")))
    until(lambda: watched(site) == ["sendgrid", "stripe"] and said(site)["valid"] is False, "both, and a problem", 5)


def test_diff_says_what_would_change_and_apply_waits_until_it_runs(site: Site, file: Path, tmp_path: Path, lab: LabThread) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(declared(vendor(lab, "stripe", owner="Mara"), vendor(lab, "sendgrid")))
    same = cli(site.env, "diff", str(file))
    assert (same.returncode, same.stdout) == (Exit.OK, "No difference.\n")
    differs = cli(site.env, "diff", str(new), "--json")
    assert differs.returncode == Exit.FAILED
    assert "sendgrid" in differs.stdout
    assert isinstance(json.loads(differs.stdout), list)

    done = cli(site.env, "apply", str(new), "--json")
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (Exit.OK, True)
    assert watched(site) == ["sendgrid", "stripe"]
    assert cli(site.env, "diff", str(new)).returncode == Exit.OK


def test_what_is_not_valid_is_not_applied(site: Site, file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text("version: 1\nintegrations: [{slug: Big, provider: stripe}]\n")
    done = cli(site.env, "apply", str(new))
    assert done.returncode == Exit.CONFIGURATION
    assert "new.yaml, line 2" in done.stderr
    assert "Traceback" not in done.stderr
    assert watched(site) == ["stripe"]


def test_apply_says_that_the_worker_is_silent(silent: subprocess.Popen[str]) -> None:
    """It holds its lock and says nothing: neither done by it nor in its place."""
    _, told = silent.communicate(timeout=30)
    assert silent.returncode == Exit.WORKER_SILENT
    (sentence,) = told.splitlines()
    assert "did not answer" in sentence


def test_apply_needs_no_worker(tmp_path: Path, url: str, lab: LabThread, db: Database) -> None:
    env = environment(tmp_path, url, lab)
    (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe")))
    done = cli(env, "apply", "--json")
    assert done.returncode == Exit.OK, done.stderr
    assert json.loads(done.stdout) == {"ok": True, "text": "Applied: 1 integration, 1 check."}
    with db.read() as conn:
        assert [row.plan.slug for row in catalogue.integrations(conn)] == ["stripe"]
        assert configs.newest(conn)
    assert leader(db) is None
    assert cli(env, "diff").returncode == Exit.OK


def test_a_restart_without_the_file_runs_on_the_last_good_one(tmp_path: Path, sqlite_url: str, lab: LabThread) -> None:
    env = environment(tmp_path, sqlite_url, lab)
    db = open_database(sqlite_url)
    with Worker(tmp_path, env, declared(vendor(lab, "stripe"))) as worker:
        until(lambda: newest(db, "stripe/api") is None, "a first answer")
        assert worker.stop() == 0
    (tmp_path / "integrations.yaml").unlink()
    restarted = now_ms()
    with Worker(tmp_path, env):
        until(lambda: answered_since(db, "stripe/api", restarted), "Stripe is asked again")
    with db.read() as conn:
        body = notices.notices(conn)["configuration"].body
        assert [row.plan.slug for row in catalogue.integrations(conn)] == ["stripe"]
    assert "cannot be read" in body["problems"][0]["message"]
    db.close()


def test_a_restart_with_a_broken_integration_keeps_its_last_good_form(tmp_path: Path, url: str, lab: LabThread, db: Database) -> None:
    env = environment(tmp_path, url, lab)
    with Worker(tmp_path, env, declared(vendor(lab, "stripe"))) as worker:
        until(lambda: newest(db, "stripe/api") is None, "a first answer")
        (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe", ownr="typo")))
        until(lambda: "did you mean owner" in worker.said, "the problem is said")
        until(lambda: "1 integrations, 1 checks" in worker.said, "the rest is applied")
        assert worker.stop() == 0
    restarted = now_ms()
    with Worker(tmp_path, env):
        until(lambda: answered_since(db, "stripe/api", restarted), "Stripe is asked again")
