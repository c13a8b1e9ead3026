"""Making a backup: one snapshot, table by table, into a file that takes its name when it is whole and on the disk."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Literal

from sqlalchemy import Connection, text

from storage import revision
from storage.backup.faults import NoRoom
from storage.backup.lines import chunks
from storage.backup.manifest import DIGITS, HEAD, LAYOUT, MANIFEST, SEAL, WORDS, Manifest, TableEntry, member_of
from storage.backup.pause import retention_paused
from storage.backup.shapes import Shape, quoted, shapes
from storage.codec import dump
from storage.engine import Database
from storage.locks import FileLock
from storage.models import METADATA
from storage.swap import sync_folder

FAST: Final = 1  # packed days hardly shrink further, and the file is a third of the time in the making
READ: Final = 1 << 20
PART: Final = ".part"

Step = Callable[[int, int], None]  # rows written, of how many


@dataclass(frozen=True, slots=True)
class Made:
    """A backup on the disk."""

    path: Path
    bytes: int
    sha256: str  # of the file as it lies there: what `sha256sum` says
    manifest: Manifest


def back_up(db: Database, out: Path, *, version: str, now: datetime, step: Step = lambda done, of: None) -> Made:
    """While others go on writing. Raises NoRoom, DatabaseBusy or SQLAlchemy's errors: then there is no file, or the old one."""
    try:
        with _new_file(out) as file:
            with db.read() as conn, retention_paused(db, conn):
                manifest = _write(file, conn, version, now, step)
            _seal(file)
            sha256 = _digest(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise NoRoom(f"{out} cannot be written", (error.strerror or "unknown error").lower()) from None
    return Made(out, out.stat().st_size, sha256, manifest)


def _write(file: BinaryIO, conn: Connection, version: str, now: datetime, step: Step) -> Manifest:
    found = shapes(conn, METADATA.tables)
    total, done = sum(_count(conn, shape) for shape in found), 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as archive:
        archive.writestr(HEAD, WORDS, zipfile.ZIP_STORED)
        entries = []
        for shape in found:
            entries.append(_table(archive, conn, shape, partial(_told, step, done, total)))
            done += entries[-1].rows
        manifest = Manifest("integration-health backup", LAYOUT, version, revision.found(conn) or "", _kind_of(conn), now, tuple(entries))
        archive.writestr(MANIFEST, dump(manifest))
        archive.comment = SEAL + b"0" * DIGITS
    return manifest


def _told(step: Step, before: int, of: int, rows: int) -> None:
    step(before + rows, of)


def _table(archive: zipfile.ZipFile, conn: Connection, shape: Shape, step: Callable[[int], None]) -> TableEntry:
    digest, rows, size = hashlib.sha256(), 0, 0
    with archive.open(member_of(shape.name), "w", force_zip64=True) as member:
        for chunk in chunks(conn, shape):
            member.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            rows += chunk.count(b"\n")
            step(rows)
    return TableEntry(shape.name, dict(shape.columns), rows, size, digest.hexdigest())


def _count(conn: Connection, shape: Shape) -> int:
    return int(conn.execute(text(f"SELECT COUNT(*) FROM {quoted(shape.name)}")).scalar_one())  # noqa: S608


def _kind_of(conn: Connection) -> Literal["sqlite", "postgresql"]:
    return "sqlite" if conn.dialect.name == "sqlite" else "postgresql"


def _seal(file: BinaryIO) -> None:
    """The last bytes say what all before them must hash to."""
    size = file.seek(0, os.SEEK_END) - DIGITS
    digest = _digest(file, size)
    file.seek(size)
    file.write(digest.encode())


def _digest(file: BinaryIO, size: int) -> str:
    """Of its first `size` bytes."""
    digest, left = hashlib.sha256(), size
    file.flush()
    file.seek(0)
    while left and (chunk := file.read(min(READ, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()


@contextmanager
def _new_file(out: Path) -> Iterator[BinaryIO]:
    """For its owner alone: it holds every address and every heartbeat's name. One that was killed leaves a part, taken up here."""
    part = out.with_name(f".{out.name}{PART}")
    lock = FileLock(part)
    if not lock.try_acquire():
        raise NoRoom(f"{out} cannot be written", "another backup is writing it")
    try:
        with open(part, "r+b") as file:
            os.chmod(part, 0o600)
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    else:
        sync_folder(out.parent)  # the part's name is free by now, and another backup may have taken it
    finally:
        lock.release()
