"""Databases as released versions left them: the tables of their own migration, and rows that their own code wrote.

`released/NNNN.json` holds every row of a database that the version with that schema made of real probes' results, a failure,
its incident, alerts, a closed month and a last good configuration. It is written once, by that version, and never again.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, MetaData, Table, text

from storage import postgres, sqlite
from storage.address import parse
from storage.engine import Database
from storage.migrate import alembic_config
from storage.swap import engine, settle

FOLDER = Path(__file__).parent / "released"
SUMS = {"0001": "1afae5dad2c841b5c1479cfcaefc83da74c17310012c7d2a79f0af301e49bb1c"}
RELEASED = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def rows_of(revision: str) -> dict[str, list[dict[str, Any]]]:
    """By table, as the file has them."""
    tables = json.loads((FOLDER / f"{revision}.json").read_text(encoding="utf-8"))
    return {name: [_row(table["columns"], row) for row in table["rows"]] for name, table in tables.items()}


def _row(columns: list[str], values: list[Any]) -> dict[str, Any]:
    return {name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value for name, value in zip(columns, values, strict=True)}


def lay_down(url: str, revision: str) -> None:
    """The database of that version at `url`, where there is none yet."""
    address = parse(url)
    if address.path is None:
        made = postgres.engine_for(address.url)
        with made.begin() as conn:
            _lay(conn, revision)
        made.dispose()
        return
    address.path.parent.mkdir(parents=True, exist_ok=True)
    with engine(address.path, "rwc").begin() as conn:
        conn.exec_driver_sql("BEGIN")
        _lay(conn, revision)
    settle(address.path)


def _lay(conn: Connection, revision: str) -> None:
    """No model of today's is used: the tables are read from the database that the old migration made."""
    command.upgrade(alembic_config(conn), revision)
    found = MetaData()
    found.reflect(conn)
    for name, rows in rows_of(revision).items():
        if rows:
            conn.execute(found.tables[name].insert(), rows)
        _count_on(conn, found.tables[name])


def _count_on(conn: Connection, table: Table) -> None:
    if conn.dialect.name == "postgresql" and "id" in table.columns:
        sequence = conn.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}).scalar()
        if sequence:
            conn.execute(text(f"SELECT setval('{sequence}', COALESCE((SELECT MAX(id) FROM \"{table.name}\"), 1))"))


def opened_as_it_is(url: str) -> Database:
    """As the version that made it opens it; ours would wait for the upgrade."""
    address = parse(url)
    if address.path is None:
        made = postgres.engine_for(address.url)
        return Database(
            address, (made.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), made, made), None, None
        )
    writing = sqlite.writing_engine(address.path)
    return Database(address, (sqlite.reading_engine(address.path), writing, writing), None, None)


def found_rows(conn: Connection, revision: str) -> dict[str, list[dict[str, Any]]]:
    """The same tables and columns, as the database has them now, in no order."""
    now = MetaData()
    now.reflect(conn)
    return {name: [dict(row._mapping) for row in conn.execute(now.tables[name].select())] for name in rows_of(revision)}


def lost(found: dict[str, list[dict[str, Any]]], revision: str) -> list[tuple[str, dict[str, Any]]]:
    """What the old version wrote and is not there, or is there with another value."""
    kept = {name: [{key: row[key] for key in old[0]} for row in found[name]] for name, old in rows_of(revision).items() if old}
    return [(name, row) for name, rows in rows_of(revision).items() for row in rows if row not in kept[name]]
