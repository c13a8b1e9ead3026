"""The database: does it open, is it of this version, is it whole, may it be written, is there room."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from commands.diagnosis.finding import Finding, Grade, fine, watch, wrong
from core.own_figures import FREE_BYTES
from core.own_health import size
from storage import revision
from storage.address import Address
from storage.examine import WAL_RESET_FIXED, Examined, examine, is_writable

AREA: Final = "database"
CHECK_S: Final = 8.0  # for SQLite's integrity check
START: Final = "Start it once: integration-health run."
RESTORE: Final = "Stop everything, then restore a backup: integration-health restore FILE."


def database(address: Address) -> Iterator[Finding]:
    if address.path is not None:
        yield from _folder(address.path)
    found = examine(address, within_s=CHECK_S)
    if not found.exists:
        yield watch(AREA, f"There is no database at {address.shown} yet.", START)
    elif found.fault:
        yield wrong(AREA, f"{address.shown} does not open: {found.fault}.", _mend(address))
    else:
        yield from _opened(address, found)


def _mend(address: Address) -> str:
    return RESTORE if address.path else "See whether the server runs, and whether DATABASE_URL names it, its user and its password."


def _folder(path: Path) -> Iterator[Finding]:
    folder = next(each for each in (path.parent, *path.parent.parents) if each.exists())
    if not is_writable(folder):
        yield wrong(AREA, f"This user may not write in {folder}.", "Give it the right to, or set STATE_DIR to another folder.")
    free = shutil.disk_usage(folder).free
    taken = path.stat().st_size if path.exists() else 0
    if free < FREE_BYTES:
        yield wrong("disk", f"{size(free)} are free in {folder}.", "Make room, or move STATE_DIR to a larger disk.")
    elif free < 2 * taken:
        yield watch(
            "disk", f"{size(free)} are free in {folder}, the database has {size(taken)}.", "An upgrade and a backup need a copy of it."
        )
    else:
        yield fine("disk", f"{size(free)} are free in {folder}.")


def _opened(address: Address, found: Examined) -> Iterator[Finding]:
    yield _version(address, found)
    if address.path is None:
        yield from _synced(found)
        return
    if found.damage is None:
        yield Finding(AREA, Grade.UNKNOWN, f"It is too large to be checked within {CHECK_S:.0f} s.", 'With sqlite3: "PRAGMA quick_check".')
    elif found.damage:
        yield wrong(AREA, f"The file is damaged: {found.damage}.", RESTORE)
    else:
        yield fine(AREA, "The file is whole (SQLite's quick check).")
    if found.revision is not None and found.journal != "wal":
        yield wrong(
            AREA,
            f"Its journal mode is {found.journal}, not wal: readers hold up the writer.",
            "Stop everything and start again: it is set then.",
        )
    yield _library()


def _synced(found: Examined) -> Iterator[Finding]:
    """Without them a commit is a promise that the server itself cannot keep."""
    if found.unsynced:
        off = f"{' and '.join(found.unsynced)} {'is' if len(found.unsynced) == 1 else 'are'} off"
        yield wrong(
            AREA,
            f"The server does not wait for its disk ({off}): a power cut would take results, or the database.",
            "Turn it on: ALTER SYSTEM SET fsync = on; ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();",
        )


def _version(address: Address, found: Examined) -> Finding:
    if found.newer:
        return wrong(AREA, f"It was written by a newer version (revision {found.revision}).", "Install the newer version again.")
    if found.revision is None:
        return wrong(AREA, f"{address.shown} is no database of this product, or an empty one.", START)
    if found.revision != revision.head():
        return watch(AREA, f"It is at revision {found.revision}; this version needs {revision.head()}.", f"{START} It is upgraded then.")
    return fine(AREA, f"{address.shown} answers: {found.server}, revision {found.revision}.")


def _library() -> Finding:
    """The bug cannot strike here, and who reads of it elsewhere should find that out."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= WAL_RESET_FIXED:
        return fine(AREA, f"SQLite {version} is free of the WAL-reset bug.")
    return fine(
        AREA, f"SQLite {version} has the WAL-reset bug (fixed in 3.51.3); it needs two writes at once, and ours take turns under one lock."
    )
