"""Secrets go through the whole product, are repeated by vendors in every spelling, and come out nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

from lab.exchange import Reply, Request, json_reply
from lab.running import LabThread
from storage.deliveries import waiting
from storage.engine import Database, open_database
from tests.journeys.actors import Process, Site, declared, environment, until
from tests.secrecy.echo import answer
from tests.secrecy.outlets import of_the_api, of_the_commands, of_the_database, of_the_lab, of_the_pages
from tests.secrecy.planted import PLANTED
from tests.secrecy.scanner import names_in, scan_all
from tests.secrecy.typed import MARK, TYPED, type_everywhere

SECRETS: Final = {one.name: one.value for one in PLANTED}
DSN_KEY: Final = "5eed" * 7 + "beef"
CALL_KEY: Final = "0ff-duty-" * 3
WAYS_OF_WORDS: Final = {"slack", "GET /v1/corrections ", "GET /v1/windows ", "page system "}  # by which what people type leaves
NEVER_AN_ANSWER: Final = {"crash"}  # a bug's words go to the log and to the reports
PROMISED: Final = "vendors-database"  # by its name it is known that what is packed was seen through: it stands in every file
TAKEN_AWAY: Final = (".csv", ".parquet", "format=csv", "format=xlsx", "the.backup")
SLOW: Final = "{interval: 5m, retry: 20s, timeout: 10s, fail_after: 1}"  # each is asked once


def reports(_request: Request) -> Reply:
    return json_reply({"id": "0" * 32})


def misses_nobody(_request: Request) -> Reply:
    return json_reply({}, 500)


@pytest.fixture
def lab() -> Iterator[LabThread]:
    with LabThread(only=[]) as thread:
        thread.call(thread.lab.open, "echo", answer)
        thread.call(thread.lab.open, "reports", reports)
        thread.call(thread.lab.open, "calls", misses_nobody)
        yield thread


def given(folder: Path, url: str, lab: LabThread) -> dict[str, str]:
    there = lab.lab
    port = there.server("reports").port
    return environment(
        folder,
        url,
        lab,
        **{one.variable: one.given for one in PLANTED},
        HOOK_SECRET=there.hook.secret,
        SENTRY_DSN=f"http://{DSN_KEY}@127.0.0.1:{port}/42",
        SMTP_URL=there.mail.url,
        DEADMAN_URL=f"{there.server('calls').url}/{CALL_KEY}?key={CALL_KEY}",
        LOG_LEVEL="DEBUG",
        LOG_FORMAT="json",
        WORKER="off",
    )


def text(lab: LabThread) -> str:
    there, at = lab.lab, lab.lab.server("echo").url
    channels: dict[str, Any] = {
        "ops": {"kind": "slack", "token": "env:LAB_TOKEN", "channel": "#ops"},
        "hook": {"kind": "webhook", "url": there.hook_url, "secret": "env:HOOK_SECRET", "private_targets": True},
        "post": {"kind": "smtp", "to": ["ops@example.com"], "from": "health@example.com"},
    }
    integrations = [{**one.integration(at), "channels": ["ops", "hook", "post"]} for one in PLANTED]
    next(one for one in integrations if one["slug"] == PROMISED)["objective"] = {"availability": 99.9}
    return declared(*integrations, defaults=SLOW, channels=channels)


def asked(db: Database) -> int:
    with db.read() as conn:
        return int(conn.exec_driver_sql('SELECT count(DISTINCT "check") FROM result').scalar() or 0)


def told(db: Database) -> bool:
    """Everything that was to be said was said."""
    with db.read() as conn:
        return not waiting(conn)


def run(folder: Path, url: str, lab: LabThread, *words: str) -> Mapping[str, bytes]:
    """All that left the product. With `open` as a word nothing is redacted on its way."""
    env = given(folder, url, lab)
    (folder / "integrations.yaml").write_text(text(lab))
    db = open_database(url)
    out: dict[str, bytes] = {}
    with Process(folder, env, ("tests.secrecy.worker", *words)) as worker:
        until(lambda: asked(db) == len(PLANTED), f"a result of each\n{worker.said[-3_000:]}")
        out |= everywhere(folder, env, lab, db)
        assert worker.stop() == 0
        out["the worker's log"] = worker.said.encode()
    out |= of_the_database(folder, db)
    out |= of_the_lab(lab)
    db.close()
    return out


def everywhere(folder: Path, env: Mapping[str, str], lab: LabThread, db: Database) -> dict[str, bytes]:
    """Side by side: each waits for processes of its own."""
    until(lambda: told(db), "all alerts told")
    with Site(folder, env) as site, ThreadPoolExecutor() as pool:
        until(lambda: site.health() == 200, "the pages")
        type_everywhere(site)
        until(lambda: told(db), "what people typed told")
        ways = [lambda: of_the_commands(site, folder), lambda: of_the_api(site), lambda: of_the_pages(site, db)]
        out = dict(chain.from_iterable(pool.map(lambda way: list(way()), ways)))
        site.stop()
        return {**out, "the web process's log": site.said.encode()}


def test_no_secret_comes_out_anywhere(tmp_path: Path, sqlite_url: str, lab: LabThread) -> None:
    out = run(tmp_path, sqlite_url, lab)
    assert scan_all(out, {**SECRETS, **TYPED}) == {}
    assert WAYS_OF_WORDS - {where for where, blob in out.items() if MARK.encode() in blob} == set()
    assert lab.lab.server("calls").count > 0
    own = {
        "the key of the error reports": DSN_KEY,
        "the dead-man's key": CALL_KEY,
        "the signing secret": lab.lab.hook.secret,
        "the bot's token": lab.lab.slack.token,
    }
    assert scan_all({where: blob for where, blob in out.items() if where != "reports"}, own) == {}  # whose receiver is shown its key
    assert [where for where, blob in out.items() if not blob and where != "health.db-wal"] == []


def test_without_redaction_the_same_scan_finds_every_one(tmp_path: Path, sqlite_url: str, lab: LabThread) -> None:
    out = run(tmp_path, sqlite_url, lab, "open")
    found = scan_all(out, SECRETS)
    assert names_in(found) == set(SECRETS)
    for way in ("page", "the.backup", "evidence"):
        assert set(SECRETS) - names_in({where: names for where, names in found.items() if where.startswith(way)}) <= NEVER_AN_ANSWER, way
    assert any(where.startswith("GET /v1/incidents") for where in found)
    assert {"the worker's log", "reports", "slack", "health.db"} <= found.keys()
    read = scan_all(out, {"a name": PROMISED})
    assert {where for where in out if where.endswith(TAKEN_AWAY)} - read.keys() == set(), "what is packed there is seen through"
