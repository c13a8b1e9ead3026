"""A database with something odd in every column of every table, and all of it read back, whatever the tables are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Connection, LargeBinary, SmallInteger, String, text

from storage.engine import Database
from storage.models import METADATA

ROWS = 4
TEXTS = ("", "\\N", 'tab\there, "quotes", a\\backslash', "two\nlines\r\nand Ümläute, 漢字, 😀, =1+1", "\\.", "\x08\x0b\x0c\x7f")
BLOBS = (bytes(range(256)), b"", b"\\x00", b"\n\t\\")


def fill(db: Database) -> None:
    """Four rows a table; every column that may be null is so in one of them."""
    with db.write() as conn:
        for table in METADATA.sorted_tables:
            conn.execute(table.insert(), [{column.name: _value(column, row) for column in table.columns} for row in range(ROWS)])
        if not db.is_sqlite:
            _count_on(conn)


def _value(column: Column[Any], row: int) -> Any:
    if column.foreign_keys or column.name == "id":
        return row + 1
    if column.nullable and row == 3:
        return None
    if isinstance(column.type, Boolean):
        return row % 2 == 0
    if isinstance(column.type, SmallInteger):
        return row
    if isinstance(column.type, BigInteger):
        return 1_764_072_000_000 + row
    if isinstance(column.type, LargeBinary):
        return BLOBS[row]
    if isinstance(column.type, String):
        return (
            f"{column.name} {row} {TEXTS[row]}{TEXTS[-row]}" if column.unique or column.primary_key else TEXTS[(row + len(column.name)) % 6]
        )
    return 2**31 - 10 - row


def _count_on(conn: Connection) -> None:
    """As if these rows had been given their ids one by one."""
    for table in METADATA.sorted_tables:
        if "id" in table.columns:
            conn.execute(
                text(f"SELECT setval(s, 4) FROM (SELECT pg_get_serial_sequence('\"{table.name}\"', 'id') AS s) t WHERE s IS NOT NULL")
            )


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; what a restore changes is left out."""
    with db.read() as conn:
        return {table.name: _rows(conn, table.name) for table in METADATA.sorted_tables if table.name not in ("lease", "process")}


def _rows(conn: Connection, table: str) -> list[tuple[Any, ...]]:
    found = conn.execute(METADATA.tables[table].select()).all()
    return sorted((tuple(row) for row in found), key=repr)
