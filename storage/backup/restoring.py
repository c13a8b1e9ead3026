"""Putting a backup in the place of a database: all of it or nothing, and what was there before is kept aside."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from core.exits import Exit, Refusal
from storage import revision
from storage.address import Address, parse
from storage.backup.faults import Damaged, NoRoom, StateInUse
from storage.backup.into_postgres import into_postgres
from storage.backup.into_sqlite import into_sqlite
from storage.backup.loading import Step
from storage.backup.reading import Archive
from storage.engine import refusal
from storage.faults import no_room, sentence_of
from storage.swap import At, nowhere


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: where the old database is now, a file or a schema; None: there was none."""

    kept: str | None
    revision: str


def restore(url: str, archive: Archive, now: datetime, *, step: Step = lambda done, of: None, at: At = nowhere) -> Restored:
    """Raises a Refusal, and has then changed nothing."""
    address, stamp = parse(url), f"{now:%Y%m%dT%H%M%SZ}"
    try:
        if address.path is None:
            kept = into_postgres(address, archive, stamp, step, at)
        else:
            aside = into_sqlite(address.path, archive, stamp, step, at)
            kept = str(aside) if aside else None
    except (DBAPIError, sqlite3.Error) as error:
        raise _refused(address, archive, error) from error
    return Restored(kept, revision.head())


def _refused(address: Address, archive: Archive, error: Exception) -> Refusal:
    """The driver's own errors come from COPY, SQLAlchemy's from the rest."""
    reason = sentence_of(error)
    if "lock timeout" in reason:
        return StateInUse("a session that holds its tables")
    if "permission denied" in reason:
        return Refusal(Exit.FAILED, f"The old tables cannot be kept aside ({reason}): GRANT CREATE ON DATABASE ... to this user.")
    if isinstance(error, IntegrityError | DataError):
        return Damaged(archive.path, reason)
    if no_room(error) is not None:
        return NoRoom(f"{address.shown} cannot be written", reason)
    return refusal(address, error)
