"""A name server that never answers, through the real worker: the cause is dns, and those who are well are asked on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lab.running import LabThread
from storage.engine import open_database
from tests.journeys.actors import Process, declared, environment, newest, now_ms, until, vendor
from tests.journeys.asking_nobody import HANGING
from tests.journeys.test_hostile import of

NAMES: Final = 24  # libcurl's own threads would bear ten
QUICK: Final = "{interval: 2s, retry: 2s, timeout: 2s}"


def asked(slug: str, url: str) -> dict[str, object]:
    return {"slug": slug, "provider": "http", "name": slug, "private_targets": True, "settings": {"url": url}}


def test_look_ups_that_hang_have_their_cause_and_delay_nobody(tmp_path: Path, sqlite_url: str) -> None:
    db = open_database(sqlite_url)
    begun = now_ms()
    hanging = [f"far-{number}" for number in range(NAMES)]
    with LabThread(only=["stripe"]) as lab:
        far = [asked(slug, f"https://{slug}{HANGING}/") for slug in hanging]
        near = asked("near", lab.lab.url("stripe").replace("127.0.0.1", "localhost"))
        (tmp_path / "integrations.yaml").write_text(declared(vendor(lab, "stripe"), near, *far, defaults=QUICK))
        with Process(tmp_path, environment(tmp_path, sqlite_url, lab), ("tests.journeys.asking_nobody",)) as worker:
            until(lambda: all(newest(db, f"{slug}/reachability") == "dns" for slug in hanging), "each has its cause", 60)
            since = now_ms()
            until(lambda: len(of(db, "stripe", since)) >= 3, "who is well is asked on")
            until(lambda: newest(db, "near/reachability") not in ("", "dns"), "another name is found")
            assert worker.stop() == 0
        assert {line.cause for line in of(db, "stripe", begun)} == {None}
    db.close()
