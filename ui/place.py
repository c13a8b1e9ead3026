"""Where this process reads: the operator's settings and the database, opened once."""

from __future__ import annotations

from settings import Settings, load
from storage.engine import Database, Snapshot, open_database
from ui.kept import kept

__all__ = ["Snapshot", "database", "settings"]

READ_AT_MOST_S = 1.0  # a page reader that keeps the database longer would hold up the writer
WAIT_S = 3.0  # a reader waits no longer for a database that is just being upgraded


@kept()
def settings() -> Settings:
    """What the operator set; wrong values were refused before any page ran."""
    return load()


@kept()
def database() -> Database:
    """Readers of this process share one; it was migrated before the pages came up."""
    found = open_database(settings().database, wait_s=WAIT_S)
    found.read_at_most_s = READ_AT_MOST_S
    return found
