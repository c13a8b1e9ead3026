"""What can go wrong with the database, each with the sentence that tells a person what to do.

Exception
├── Refusal (core.exits: ends the process with its code)
│   ├── NewerDatabase      written by a newer version of this program
│   ├── NotMigrated        older than this program, and nobody migrates it
│   ├── MigrationBusy      another process has it open
│   ├── ReadOnlyFolder     the state folder cannot be written
│   ├── NoRoomToUpgrade    the disk has no room for a second copy
│   ├── NotADatabase       the file is something else, or damaged
│   └── Unreachable        Postgres does not answer
├── DatabaseBusy           the write lock was not had in time: answer 503, try again
│   ├── ReadTookTooLong    a page's question was stopped: it would hold up the writer
│   └── Unheard            the connection broke during COMMIT: nobody knows yet whether it happened
└── Fenced                 another worker leads: stop writing
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection  # all of the pool's are in use

from core.exits import Exit, Refusal


class NewerDatabase(Refusal):
    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            Exit.DATABASE_NEWER,
            f"The database was written by a newer version (its revision is {found}, this version knows {known}): "
            "install the newer version again, or restore the backup made when it was upgraded.",
        )


class NotMigrated(Refusal):
    def __init__(self, found: str | None, wanted: str) -> None:
        state = f"at revision {found}" if found else "not set up"
        super().__init__(
            Exit.FAILED, f"The database is {state} and this version needs {wanted}: start `integration-health run` once, it upgrades it."
        )


class MigrationBusy(Refusal):
    def __init__(self, holders: str) -> None:
        super().__init__(
            Exit.MIGRATION_BUSY, f"The database must be upgraded, and it is in use by {holders}: stop that first, then start again."
        )


class ReadOnlyFolder(Refusal):
    def __init__(self, folder: object) -> None:
        super().__init__(
            Exit.STATE_NOT_WRITABLE,
            f"The state folder {folder} cannot be written: give this user the right to write there, or set STATE_DIR to another folder.",
        )


class NoRoomToUpgrade(Refusal):
    def __init__(self, path: Path, reason: str) -> None:
        size = path.stat().st_size if path.exists() else 0
        super().__init__(
            Exit.STATE_NOT_WRITABLE,
            f"The database could not be upgraded ({reason}), and is as it was. Upgrading needs room for a second copy of it: "
            f"make {size // 1_000_000 + 10} MB free where {path.parent} is, and start again.",
        )


class NotADatabase(Refusal):
    def __init__(self, path: object, reason: str) -> None:
        super().__init__(
            Exit.DATABASE_UNREACHABLE, f"{path} cannot be used as a database ({reason}): restore a backup, or move it away to start anew."
        )


class Unreachable(Refusal):
    def __init__(self, where: str, reason: str) -> None:
        super().__init__(Exit.DATABASE_UNREACHABLE, f"The database {where} cannot be reached: {reason.rstrip('.')}.")


class DatabaseBusy(Exception):
    """The write lock was not had in time; nothing was written."""


class ReadTookTooLong(DatabaseBusy):
    """A reader kept the database beyond what is allowed to it, and was stopped; nothing is wrong with what it asked."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Reading was stopped after {seconds:g} s, so that it does not hold up the probing.")


class Unheard(DatabaseBusy):
    """A COMMIT was sent and its end was not heard; `flush` is the number by which `Writer.has_landed` knows it."""

    def __init__(self, flush: int, error: Exception) -> None:
        super().__init__(sentence_of(error))
        self.flush = flush


class Fenced(Exception):
    """Another worker has taken the lead since: nothing was written."""


NO_ANSWER: Final = (DatabaseBusy, DBAPIError, NoConnection)  # for `except`: this statement failed, the next one may not
REFUSED: Final = (DataError, IntegrityError, ProgrammingError)  # among these: the same statement will fail again


_NO_ROOM: Final = ("database or disk is full", "disk I/O error")


def no_room(error: Exception) -> str | None:
    """The sentence of an error that says that the disk takes no more; None for any other."""
    if isinstance(error, OSError):
        return (error.strerror or "").lower() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else None
    return next((words for words in _NO_ROOM if words in sentence_of(error)), None)


def sentence_of(error: Exception) -> str:
    """One line of what the database or its driver said: theirs go over many, with the statement and its values."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
