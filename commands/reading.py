"""The database as commands open it that only read: nothing is migrated, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from commands.existing import require_database
from core.exits import Exit, Refusal
from settings import Settings
from storage.engine import Database, open_database
from storage.faults import NO_ANSWER

WAIT_S = 60.0  # for a migration that is under way


@contextmanager
def reading(settings: Settings) -> Iterator[Database]:
    """Raises Refusal where there is no database, and where it does not answer."""
    require_database(settings)
    db = open_database(settings.database, wait_s=WAIT_S)
    try:
        yield db
    except NO_ANSWER as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0][:200]
        raise Refusal(Exit.DATABASE_UNREACHABLE, f"The database did not answer: {reason}.") from None
    finally:
        db.close()
