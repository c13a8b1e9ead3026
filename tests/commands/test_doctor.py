"""`integration-health doctor`, row by row: what is well, and the same thing really broken. It writes nothing and shows no secret."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from commands.diagnosis.finding import Finding, Grade
from commands.doctor import diagnosed
from core.exits import Exit
from core.ledger import Ledger
from lab.running import LabThread
from scheduler.judging.oneself import watched
from settings import load
from storage import notices, processes
from storage.address import parse
from storage.engine import Database, open_database
from storage.examine import examine, looked_at
from tests.commands.doors import answering, authority, silent
from tests.conftest import on_server
from tests.journeys.actors import cli, declared, environment, free_port, now_ms, until, vendor
from tests.scheduler.office import Office
from tests.scheduler.test_own_watch import LATE

CHANNELS = {
    "ops": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#ops"},
    "hook": {"kind": "webhook", "url": "env:HOOK_URL", "secret": "env:HOOK_SECRET", "private_targets": True},
    "mail": {"kind": "smtp", "from": "monitor@shop.example", "to": ["ops@shop.example"]},
}
SECRET = "a-signing-secret-nobody-knows"


@pytest.fixture(scope="module")
def lab() -> Iterator[LabThread]:
    with LabThread(only=["stripe"]) as thread:
        yield thread


@pytest.fixture
def env(tmp_path: Path, lab: LabThread, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Everything is well; what a test breaks it changes here."""
    there = lab.lab
    made = environment(tmp_path, lab=lab, HOOK_URL=there.hook_url, HOOK_SECRET=SECRET, SMTP_URL=there.mail.url, PORT=str(free_port()))
    alerting = {"channel": "ops", "fallback": "mail"}
    (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe"), channels=CHANNELS, alerting=alerting))
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def office(env: dict[str, str], sqlite_url: str) -> Iterator[Office]:
    """A database in the state folder."""
    db = open_database(sqlite_url, wait_s=0)
    yield Office(db)
    db.close()


def diagnosis(env: Mapping[str, str]) -> list[Finding]:
    """References such as `env:NAME` are read from this process, which gets its own environment back."""
    with pytest.MonkeyPatch.context() as here:
        for name, value in env.items():
            here.setenv(name, value)
        return asyncio.run(diagnosed(load(env)))


def rows(found: list[Finding], area: str) -> list[Finding]:
    return [one for one in found if one.area == area]


def worst(found: list[Finding], area: str) -> Finding:
    """What stands out in an area."""
    order = (Grade.WRONG, Grade.UNKNOWN, Grade.WATCH, Grade.FINE)
    return min(rows(found, area), key=lambda one: order.index(one.grade))


def beat(db: Database, ago_ms: int = 0, **body: object) -> None:
    ident = processes.register(db, "worker", now_ms())
    processes.beat(db, ident, now_ms() - ago_ms, leads=True, body={"checks": 3, **body})


def test_where_all_is_well_every_area_says_so(env: dict[str, str], office: Office, lab: LabThread) -> None:
    beat(office.db, deadman={"host": "alarm.example", "ok_ms": 1})
    posted = len(lab.lab.slack.workspace.messages)
    found = diagnosis(env)
    assert [one for one in found if one.grade is not Grade.FINE and one.area != "clock"] == []
    areas = {"database", "disk", "worker", "dead man", "configuration", "secrets", "access", "port", "certificates", "network"}
    assert {one.area for one in found} == {*areas, "clock", "channel ops", "channel hook", "channel mail"}
    assert len(lab.lab.slack.workspace.messages) == posted, "nothing is posted"
    assert not lab.lab.mail.received
    assert not lab.lab.hook.received


def test_the_command_says_it_in_lines_and_in_json_and_ends_as_it_found(env: dict[str, str], office: Office) -> None:
    beat(office.db)
    done = cli(env, "doctor")
    assert (done.returncode, done.stderr) == (Exit.OK, "")
    assert "✓ fine    database" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].startswith("Nothing is wrong.")
    broken = cli({**env, "HOOK_SECRET": ""}, "doctor", "--json")
    assert broken.returncode == Exit.FAILED
    told = json.loads(broken.stdout)
    assert not told["ok"]
    (line,) = [one for one in told["findings"] if one["grade"] == "wrong"]
    assert line["area"] == "channel hook"
    assert "HOOK_SECRET" in line["says"]
    shown = done.stdout + broken.stdout + broken.stderr
    assert [name for name in ("LAB_TOKEN", "LAB_STRIPE_SECRET_KEY", "HOOK_URL") if env[name] in shown] == []
    assert SECRET not in shown


def test_it_writes_nothing_where_nothing_ran_and_where_something_did(env: dict[str, str], tmp_path: Path, sqlite_url: str) -> None:
    def files() -> dict[str, tuple[int, int]]:
        return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in tmp_path.iterdir()}

    before = files()
    diagnosis(env)
    assert files() == before
    (tmp_path / "health.db").unlink()
    before = files()
    found = diagnosis(env)
    assert files() == before
    assert worst(found, "database").todo == "Start it once: integration-health run."
    assert worst(found, "worker").grade is Grade.UNKNOWN


def test_an_environment_that_is_not_valid_is_a_line(env: dict[str, str]) -> None:
    done = cli({**env, "PORT": "none"}, "doctor")
    assert done.returncode == Exit.FAILED
    assert "environment" in done.stdout
    assert "PORT" in done.stdout


# The database


def test_a_file_that_is_no_database_is_wrong(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "health.db").write_bytes(b"not a database at all, not even a little" * 50)
    line = worst(diagnosis(env), "database")
    assert (line.grade, "restore" in line.todo) == (Grade.WRONG, True)


def test_a_damaged_page_is_found_by_the_quick_check(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "health.db"
    db = sqlite3.connect(path)
    (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'alert'").fetchone()
    (page,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)
    found = examine(parse(sqlite_url), within_s=5)
    assert found.damage
    assert not examine(parse(sqlite_url), within_s=5).fault


def test_a_newer_an_older_and_an_empty_database_are_told_apart(env: dict[str, str], office: Office, tmp_path: Path) -> None:
    def revised(number: str) -> Finding:
        with office.db.write() as conn:
            conn.execute(text(f"UPDATE alembic_version SET version_num = '{number}'"))
        return worst(diagnosis(env), "database")

    assert "newer version" in revised("9999").says
    older = revised("0001")
    assert (older.grade, "0001" in older.says) == (Grade.WATCH, True)
    with office.db.write() as conn:
        conn.execute(text("DROP TABLE alembic_version"))
    assert "no database of this product" in worst(diagnosis(env), "database").says


def test_a_journal_that_is_not_wal_is_wrong(env: dict[str, str], sqlite_url: str, tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "health.db")
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.close()
    assert "journal mode is delete" in worst(diagnosis(env), "database").says


@contextmanager
def synced(server: str) -> Iterator[None]:
    """As a server comes; the tests' own does not wait for its disk."""
    settings = ("fsync", "full_page_writes")

    def put(word: str) -> None:
        for setting in settings:
            on_server(server, f"ALTER SYSTEM SET {setting} = {word}")
        on_server(server, "SELECT pg_reload_conf()")
        until(lambda: all(setting_of(server, setting) == word for setting in settings), "the server's new settings")

    put("on")
    yield
    put("off")


def setting_of(server: str, name: str) -> str:
    with looked_at(parse(server)) as conn:
        return str(conn.execute(text(f"SHOW {name}")).scalar())


def test_a_postgres_that_a_power_cut_would_take_results_from_is_wrong(env: dict[str, str], postgres_url: str) -> None:
    line = worst(diagnosis({**env, "DATABASE_URL": postgres_url}), "database")
    assert (line.grade, line.says) == (
        Grade.WRONG,
        "The server does not wait for its disk (fsync and full_page_writes are off): a power cut would take results, or the database.",
    )


def test_a_postgres_is_looked_at_and_one_that_is_away_is_wrong(env: dict[str, str], postgres: str, postgres_url: str) -> None:
    with synced(postgres):
        there = rows(diagnosis({**env, "DATABASE_URL": postgres_url}), "database")
    assert [line.grade for line in there] == [Grade.FINE]
    assert "Postgres" in there[0].says
    away = {**env, "DATABASE_URL": f"postgresql://watcher:Tr0ub4dor@127.0.0.1:{free_port()}/health"}
    line = worst(diagnosis(away), "database")
    assert line.grade is Grade.WRONG
    assert "Tr0ub4dor" not in line.says + line.todo


# What runs


def test_a_worker_that_is_away_silent_or_cannot_write(env: dict[str, str], office: Office) -> None:
    assert worst(diagnosis(env), "worker").grade is Grade.WATCH
    beat(office.db, ago_ms=60_000)
    assert "has not beaten for 60 s" in worst(diagnosis(env), "worker").says
    beat(office.db, failing_since_ms=1, error="disk full", deadman={"host": "alarm.example", "failing_ms": 1, "error": "it answered 404"})
    found = diagnosis(env)
    assert "cannot write: disk full" in worst(found, "worker").says
    assert "it answered 404" in worst(found, "dead man").says


def test_a_trouble_of_its_own_and_a_step_of_the_clock_are_to_watch(env: dict[str, str], office: Office) -> None:
    beat(office.db)
    office.recorder.change(lambda memory, now: watched(memory, LATE, now))
    notices.put(office.db, "clock", {"text": "The machine's clock was changed by -30.0 s."}, now_ms() - 5_000)
    found = diagnosis(env)
    assert "Checks begin up to 4.0 s late." in worst(found, "worker").says
    assert any("-30.0 s" in line.says for line in rows(found, "clock"))
    assert isinstance(office.audience.told[0][0], Ledger)


def test_a_port_that_something_else_has_is_wrong_and_our_own_is_not(env: dict[str, str]) -> None:
    with answering({"/healthz": "ok\n"}) as port:
        assert worst(diagnosis({**env, "PORT": str(port)}), "port").grade is Grade.FINE
    with answering({}) as port:
        assert "taken by something else" in worst(diagnosis({**env, "PORT": str(port)}), "port").says
    assert "cannot be listened on" in worst(diagnosis({**env, "HOST": "192.0.2.7", "ACCESS_TOKEN": "x" * 40}), "port").says


@pytest.mark.parametrize(
    ("changed", "grade"),
    [
        ({}, Grade.WRONG),
        ({"ACCESS_TOKEN": "abababab" * 5}, Grade.WRONG),
        ({"ACCESS_TOKEN": "9f3c1be07d52a86490ccd1f2e7ab3458"}, Grade.FINE),
    ],
    ids=["none", "a phrase repeated", "random"],
)
def test_an_open_address_needs_a_token_that_cannot_be_guessed(env: dict[str, str], changed: dict[str, str], grade: Grade) -> None:
    line = worst(diagnosis({**env, "HOST": "0.0.0.0", **changed}), "access")
    assert line.grade is grade
    assert changed.get("ACCESS_TOKEN", "nothing") not in line.says


# What is declared


def test_a_file_that_is_not_valid_is_wrong_with_its_line(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "integrations.yaml"
    path.write_text(path.read_text() + "intervall: 3\n")
    line = worst(diagnosis(env), "configuration")
    assert (line.grade, "intervall" in line.says) == (Grade.WRONG, True)
    path.unlink()
    assert "cannot be read" in worst(diagnosis(env), "configuration").says


def test_a_missing_secret_is_named(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_STRIPE_SECRET_KEY")
    line = worst(diagnosis({name: value for name, value in env.items() if name != "LAB_STRIPE_SECRET_KEY"}), "secrets")
    assert line.grade is Grade.WRONG
    assert "LAB_STRIPE_SECRET_KEY is not set" in line.says


# The way out


def test_one_canary_may_fail_and_all_of_them_may_not(env: dict[str, str]) -> None:
    dead = f"http://127.0.0.1:{free_port()}/"
    some = diagnosis({**env, "CANARIES": f"{env['CANARIES']} {dead}"})
    assert worst(some, "network").grade is Grade.WATCH
    none = diagnosis({**env, "CANARIES": f"{dead} {dead}x"})
    assert worst(none, "network").grade is Grade.WRONG
    assert worst(none, "clock").grade is Grade.UNKNOWN


def test_a_clock_that_is_off_is_told_by_the_dates_of_others(env: dict[str, str]) -> None:
    for ahead_s, grade in ((0, Grade.FINE), (-20, Grade.WATCH), (3_600, Grade.WRONG)):
        with answering({"/": "here"}, ahead_s=ahead_s) as port:
            found = diagnosis({**env, "CANARIES": f"http://127.0.0.1:{port}/ http://127.0.0.1:{port}/2"})
        assert worst(found, "clock").grade is grade


def test_authorities_that_do_not_load_or_are_over_are_wrong(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    for body in (None, b"no certificate", authority(days=-1)):
        if body is not None:
            path.write_bytes(body)
        assert worst(diagnosis({**env, "EXTRA_CA_FILE": str(path)}), "certificates").grade is Grade.WRONG
    path.write_bytes(authority(days=5))
    assert worst(diagnosis({**env, "EXTRA_CA_FILE": str(path)}), "certificates").grade is Grade.WATCH


# Who is told


def test_a_token_that_slack_refuses_and_a_channel_that_is_not_there(env: dict[str, str], tmp_path: Path) -> None:
    line = worst(diagnosis({**env, "LAB_TOKEN": "xoxb-not-this-one"}), "channel ops")
    assert (line.grade, "invalid_auth" in line.says) == (Grade.WRONG, True)
    assert "xoxb-not-this-one" not in line.says
    path = tmp_path / "integrations.yaml"
    path.write_text(path.read_text().replace("#ops", "#nowhere"))
    assert "#nowhere is not among" in worst(diagnosis(env), "channel ops").says


def test_a_scope_that_is_missing_leaves_the_channel_unknown(env: dict[str, str], lab: LabThread) -> None:
    lab.call(lab.lab.slack.denied.add, "channels:read")
    try:
        assert worst(diagnosis(env), "channel ops").grade is Grade.UNKNOWN
    finally:
        lab.call(lab.lab.slack.denied.discard, "channels:read")


def test_receivers_that_are_away_are_wrong(env: dict[str, str]) -> None:
    found = diagnosis({**env, "HOOK_URL": f"https://127.0.0.1:{free_port()}/x", "SMTP_URL": f"smtp://127.0.0.1:{free_port()}?tls=off"})
    assert worst(found, "channel hook").grade is Grade.WRONG
    assert worst(found, "channel mail").grade is Grade.WRONG


def test_a_mail_server_that_offers_no_encryption_is_wrong_and_its_password_is_not_shown(env: dict[str, str], lab: LabThread) -> None:
    url = f"smtp://ops:hunter2hunter2@127.0.0.1:{lab.lab.mail.port}"
    line = worst(diagnosis({**env, "SMTP_URL": url}), "channel mail")
    assert line.grade is Grade.WRONG
    assert "hunter2" not in line.says


def test_nobody_to_tell_is_to_watch(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "integrations.yaml").write_text("version: 1\n")
    assert worst(diagnosis(env), "alerts").grade is Grade.WATCH


def test_whoever_says_nothing_holds_the_diagnosis_up_for_some_seconds_only(env: dict[str, str]) -> None:
    with silent() as port:
        began = time.monotonic()
        found = diagnosis(
            {**env, "CANARIES": f"http://127.0.0.1:{port}/ http://127.0.0.1:{port}/2", "SMTP_URL": f"smtp://127.0.0.1:{port}?tls=off"}
        )
        assert time.monotonic() - began < 20
    assert worst(found, "network").grade is Grade.WRONG
    assert worst(found, "channel mail").grade in (Grade.WRONG, Grade.UNKNOWN)
