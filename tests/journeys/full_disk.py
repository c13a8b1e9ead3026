"""`python -m tests.journeys.full_disk FOLDER`: a site at work on the disk FOLDER/disk, which fills up and is freed; what was seen of it."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from core.plan import LOCAL
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.results import results
from tests.journeys.actors import Site, answered_since, declared, environment, leader, newest, now_ms, roots, until, vendor
from tests.secrecy.outlets import delivered

CHUNK: Final = b"\0" * 65_536
WAIT: Final = 4  # more results, when all has been said


@contextmanager
def filled(disk: Path) -> Iterator[int]:
    """Another one's file takes all the room there is; the system's own word for it is what is given."""
    file = disk / "of-somebody-else"
    with file.open("wb", buffering=0) as out:
        try:
            for size in (len(CHUNK), 1):
                said = _write_until_refused(out.fileno(), CHUNK[:size])
            yield said
        finally:
            file.unlink()


def _write_until_refused(fd: int, chunk: bytes) -> int:
    while True:
        try:
            os.write(fd, chunk)
        except OSError as error:
            return error.errno or 0


@contextmanager
def read(db: Database) -> Iterator[None]:
    """Somebody reads meanwhile: the log cannot begin anew in the room it has, and has to grow with the next row."""
    with db.read() as conn:
        conn.execute(text("SELECT count(*) FROM result")).all()
        yield


def instants(db: Database) -> list[int]:
    with db.read() as conn:
        row = check_named(conn, "stripe/api")
        lines = results(conn, row.plan.id, LOCAL, 0, now_ms() + 60_000, 10_000) if row else []
    return [line.at_ms for line in lines]


def shown(site: Site, words: bytes) -> bool:
    """Whether both the first page and the monitor's own say so."""
    return all(words in delivered(site.port, page, "") for page in ("", "system"))


def played(folder: Path) -> dict[str, Any]:
    disk, seen = folder / "disk", {}
    with LabThread(only=["stripe"]) as lab:
        env = environment(folder, lab=lab, STATE_DIR=str(disk))
        with Site(folder, env, declared(vendor(lab, "stripe"))) as site:
            until(lambda: site.health() == 200, "a worker that leads", 90)
            with closing(open_database(f"sqlite:///{disk / 'health.db'}")) as db:
                until(lambda: newest(db, "stripe/api") is None, "a first answer", 60)
                led = leader(db)
                with read(db), filled(disk) as refusal:
                    until(lambda: site.health() == 503, "503 where nothing can be written", 40)
                    until(lambda: shown(site, b"Nothing can be written"), "the pages say so", 60)
                    until(lambda: roots(lab), "an alert that needs no database", 40)
                    before = lab.lab.server("api-stripe").count
                    until(lambda: lab.lab.server("api-stripe").count >= before + WAIT, "results that wait", 60)
                    stored, refused = len(instants(db)), errno.errorcode.get(refusal, "nothing")
                until(lambda: site.health() == 200, "healthy again", 60)
                freed = now_ms()
                until(lambda: answered_since(db, "stripe/api", freed), "results again", 60)
                again = leader(db)
                until(lambda: not shown(site, b"Nothing can be written"), "the pages say no more of it", 60)
                site.stop()
                seen = {
                    "refused": refused,
                    "told": [json.dumps(root.blocks) for root in roots(lab)],
                    "asked": lab.lab.server("api-stripe").count,
                    "while_full": stored,
                    "instants": instants(db),
                    "lost": again.body.get("lost") if again else None,
                    "same_worker": bool(led and again and led.pid == again.pid),
                }
            seen["said"] = site.said
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(played(Path(sys.argv[1]))))
