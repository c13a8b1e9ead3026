"""An outage inside a planned window: measured, told to nobody, and counted as maintenance."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.plan import LOCAL
from lab.faults import Kind
from lab.running import LabThread
from storage import incidents
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.results import results
from tests.journeys.actors import Worker, cli, declared, environment, now_ms, roots, until, vendor


def failures(db: Database) -> int:
    with db.read() as conn:
        row = check_named(conn, "stripe/api")
        found = results(conn, row.plan.id, LOCAL, now_ms() - 600_000, now_ms() + 1_000, 100) if row else []
    return sum(line.cause == "server_error" for line in found)


def window(now: datetime) -> dict[str, Any]:
    """Begun a minute ago, in another zone than the machine's."""
    wall = now.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=14)
    times = {"start": wall - timedelta(minutes=1), "end": wall + timedelta(minutes=10)}
    once = {name: at.isoformat(timespec="seconds") for name, at in times.items()}
    return {"name": "Move to the new account", "once": once, "zone": "Pacific/Kiritimati", "integrations": ["stripe"]}


def test_an_outage_in_a_planned_window_is_maintenance_and_told_to_nobody(tmp_path: Path, sqlite_url: str) -> None:
    db = open_database(sqlite_url)
    with LabThread(only=["stripe"]) as lab:
        env = environment(tmp_path, sqlite_url, lab)
        stripe = vendor(lab, "stripe", objective={"availability": 99.9})
        planned = declared(stripe, maintenance=[window(datetime.now(UTC))])
        lab.call(lab.lab.break_, "stripe", Kind.SERVER_ERROR)
        with Worker(tmp_path, env, planned):
            until(lambda: failures(db) >= 3, "more failures than open an incident")
            with db.read() as conn:
                assert incidents.incidents(conn) == []
            assert roots(lab) == []
            told = json.loads(cli(env, "report", f"{datetime.now(UTC):%Y-%m}", "--format", "json").stdout)
            (row,) = told["integrations"]
            time = {bucket: ms for bucket, ms in row["time"].items() if ms and bucket != "unknown_ms"}
            assert set(time) == {"maintenance_ms"}
            assert time["maintenance_ms"] >= 2_000

            (tmp_path / "integrations.yaml").write_text(declared(stripe))
            until(lambda: len(roots(lab)) == 1, "told, when the window was taken back")
        with db.read() as conn:
            (line,) = incidents.incidents(conn)
        assert line.name == "Stripe"
    db.close()
