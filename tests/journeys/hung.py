"""A site whose recorder hangs, as seen from outside while other tests run."""

from __future__ import annotations

import os
import signal
import threading

from sqlalchemy import create_engine, text

from storage.engine import Database
from tests.journeys.actors import Site, alive, leader, until


class Hung:
    """A site whose recorder waits for a server process that was stopped; what became of it is looked at from a thread."""

    def __init__(self, site: Site, db: Database) -> None:
        self.site, self.db = site, db
        found = leader(db)
        assert found
        self.worker = found.pid
        self.health: list[int] = []
        self.words = ""
        self._backend = 0
        self._looking = threading.Thread(target=self._look)

    def begin(self) -> None:
        """While somebody holds the row that every commit claims, the recorder's session waits for it: that one is stopped."""
        with create_engine(self.db.address.url).connect() as conn, conn.begin():
            conn.execute(text("SELECT * FROM lease FOR UPDATE"))
            until(self._waiting, "the recorder's session")
            os.kill(self._backend, signal.SIGSTOP)
        self._looking.start()

    def _waiting(self) -> bool:
        with self.db.read() as conn:
            here = "FROM pg_stat_activity WHERE datname = current_database()"
            claims = "wait_event_type = 'Lock' AND query LIKE 'UPDATE lease SET flush%'"
            self._backend = conn.execute(text(f"SELECT pid {here} AND {claims}")).scalar() or 0
        return bool(self._backend)

    def _look(self) -> None:
        try:
            until(lambda: self.site.health() == 503, "503 while it hangs", 60)
            self.health.append(503)
            with self.db.read() as conn:
                self.words = str(conn.execute(text("SELECT body FROM process WHERE leads")).scalar())
            until(lambda: not alive(self.worker), "its end", 120)
        finally:
            os.kill(self._backend, signal.SIGCONT)
        until(lambda: self.site.health() == 200, "another worker", 60)
        self.health.append(200)

    def result(self) -> Hung:
        self._looking.join(240)
        return self
