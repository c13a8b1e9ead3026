"""Hostile answers through the real worker: each has its cause, none is stuck, and those who are well are asked on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.plan import LOCAL
from lab.faults import Fault, Kind
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.results import results
from storage.rows import ResultLine
from tests.journeys.actors import Worker, declared, environment, now_ms, until, vendor

HOSTILE: Final = {
    "stripe": (Fault(Kind.DRIP, delay_s=0.2), "timeout"),
    "sendgrid": (Fault(Kind.BOMB), "contract"),
    "twilio": (Fault(Kind.REDIRECT_METADATA), "blocked"),
    # Sixteen times what is read of it. One of 64 MiB takes the lab, which answers all of these in one thread, 0.3 s to make.
    "hubspot": (Fault(Kind.GIANT_HEADER, size_mb=1), "contract"),
    "sentry": (Fault(Kind.GARBAGE), "contract"),
    "cloudflare": (Fault(Kind.NOT_HTTP), "contract"),
    "auth0": (Fault(Kind.SILENT), "timeout"),
}
WELL: Final = "paypal"


def of(db: Database, slug: str, since_ms: int) -> list[ResultLine]:
    with db.read() as conn:
        row = check_named(conn, f"{slug}/api")
        return results(conn, row.plan.id, LOCAL, since_ms, now_ms() + 1_000, 100) if row else []


def test_each_hostile_answer_has_its_cause_and_delays_nobody(tmp_path: Path, sqlite_url: str) -> None:
    db = open_database(sqlite_url)
    begun = now_ms()
    with LabThread(only=[*HOSTILE, WELL]) as lab:
        for slug, (fault, _) in HOSTILE.items():
            lab.call(lab.lab.break_, slug, fault)
        text = declared(*(vendor(lab, slug) for slug in (*HOSTILE, WELL)), defaults="{interval: 2s, retry: 2s, timeout: 2s}")
        with Worker(tmp_path, environment(tmp_path, sqlite_url, lab), text) as worker:
            until(lambda: all(len(of(db, slug, begun)) >= 2 for slug in HOSTILE), "two runs of each")
            well = of(db, WELL, begun)
            assert worker.stop() == 0
            assert "Traceback" not in worker.said
    found = {slug: {line.cause for line in of(db, slug, begun)} for slug in HOSTILE}
    assert found == {slug: {cause} for slug, (_, cause) in HOSTILE.items()}
    assert {line.cause for line in well} == {None}
    assert len(well) >= 2
    db.close()
