"""A new SQLite file takes the place of the old one: whole and on the disk before, the old one kept beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, NullPool, create_engine

from storage import sqlite

UPGRADING: Final = ".upgrading"
RESTORING: Final = ".restoring"
BESIDE: Final = ("", "-journal", "-wal", "-shm")  # a database file and what SQLite lays beside it


At = Callable[[str], None]  # told the name of each step that is behind us: where a test may stop


def nowhere(name: str) -> None:
    """The steps of everybody but tests."""


class InUse(Exception):
    """A program that does not know our locks has the file open: its log would be lost, or be replayed into another file."""


def checkpoint(path: Path) -> None:
    """Everything into the file itself. Closing then removes the log, unless somebody else has it open."""
    with closing(sqlite.connect(path, mode="rw")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def engine(path: Path, mode: str) -> Engine:
    """One that opens a connection each time, so that none is left open."""
    return create_engine("sqlite://", creator=lambda: sqlite.connect(path, mode=mode), poolclass=NullPool)


def settle(copy: Path) -> None:
    """WAL is a property of the file (a vacuumed copy comes out in DELETE); then everything into the file itself, onto the disk."""
    with closing(sqlite.connect(copy, mode="rw")) as raw:
        raw.execute("PRAGMA journal_mode=WAL").close()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    with open(copy, "rb+") as file:
        os.fsync(file.fileno())


def keep(path: Path, backup: Path) -> None:
    """Under a second name, so that there is no instant without a database; where a file has one name only, as a copy."""
    backup.unlink(missing_ok=True)
    try:
        os.link(path, backup)
    except OSError:
        shutil.copy2(path, backup)
        with open(backup, "rb+") as file:
            os.fsync(file.fileno())


def is_there(path: Path) -> bool:
    """The file or what is left of it: a log without its file would be replayed into the next one of that name."""
    return any(path.with_name(path.name + ending).exists() for ending in BESIDE)


def put_aside(path: Path, aside: Path) -> None:
    """Whatever state it is in: a damaged one is kept with its log, which must not lie beside another file.

    Raises InUse where somebody who does not know our locks has it open.
    """
    with suppress(sqlite3.DatabaseError):
        checkpoint(path)
        if path.with_name(f"{path.name}-wal").exists():
            raise InUse
    for ending in BESIDE:
        there = path.with_name(path.name + ending)
        if there.exists():
            keep(there, aside.with_name(aside.name + ending))
            if ending:
                there.unlink()


def take_place(new: Path, path: Path) -> None:
    _belong_to(new, path)
    os.replace(new, path)
    sync_folder(path.parent)


def _belong_to(new: Path, path: Path) -> None:
    """Whoever upgrades or restores, root perhaps, the user that runs the product goes on writing."""
    if not path.exists() or os.name == "nt":
        return
    old = path.stat()
    os.chmod(new, old.st_mode & 0o777)
    if (old.st_uid, old.st_gid) != (new.stat().st_uid, new.stat().st_gid):
        with suppress(PermissionError):
            os.chown(new, old.st_uid, old.st_gid)


def clear(path: Path) -> None:
    """A file that was begun and never took its place, with what lies beside it."""
    for ending in BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
