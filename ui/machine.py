"""What this process knows of itself and its database: versions and sizes."""

from __future__ import annotations

import platform
import sqlite3
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from core.ledger import IncidentRow
from storage import own
from storage.own import OwnRows
from ui.place import database

WAL_RESET_FIXED = (3, 51, 3)  # earlier ones can lose a committed transaction when two connections write at the same instant


def versions() -> list[tuple[str, str]]:
    """By name, ours first."""
    found = [
        ("Integration Health", _version("integration-health")),
        ("Python", platform.python_version()),
        ("Streamlit", _version("streamlit")),
    ]
    return [*found, *(_sqlite() if database().is_sqlite else [("Database", "Postgres")])]


def _sqlite() -> list[tuple[str, str]]:
    old = sqlite3.sqlite_version_info < WAL_RESET_FIXED
    return [
        ("SQLite", f"{sqlite3.sqlite_version}{', every write under one lock' if old else ''}"),
        ("Database file", str(database().address.path)),
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "from its folder"


def size() -> int | None:
    """Bytes of the database with its log; None where it is not a file of ours."""
    path = database().address.path
    if path is None:
        return None
    beside = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (beside.stat().st_size if beside.exists() else 0)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of the monitor's own health, whether a worker lives or not."""

    rows: OwnRows
    troubles: tuple[IncidentRow, ...]
    size: int


def own_health() -> Known:
    with database().read() as conn:
        rows, troubles = own.own_rows(conn, time.time_ns() // 1_000_000), tuple(own.own_troubles(conn))
        return Known(rows, troubles, own.size_bytes(database(), conn))
