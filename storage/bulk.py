"""Many rows in one statement: executemany on SQLite, `unnest` on Postgres. An ORM session is 14 times slower."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql

Row = tuple[Any, ...]


class Twice(StrEnum):
    """What happens to a row whose key is there already."""

    FAIL = "fail"
    KEEP = "keep"  # the first stands: results are never relabelled
    REPLACE = "replace"


def table_of(model: Any) -> Table:
    """The table of a SQLModel class (whose own types do not say that it has one)."""
    table: Table = model.__table__
    return table


def insert(conn: Connection, model: Any, columns: Sequence[str], rows: Iterable[Row], twice: Twice = Twice.FAIL) -> int:
    """Returns how many rows it wrote. Rows are tuples in the order of `columns`.

    Of two rows with one key within one call the first stands when keeping, the last when replacing.
    """
    wanted = list(rows)
    if not wanted:
        return 0
    table = table_of(model)
    if conn.dialect.name == "sqlite":
        return conn.exec_driver_sql(_sqlite_statement(table, tuple(columns), twice), wanted).rowcount
    if twice is Twice.REPLACE:
        wanted = _last_of_each(table, columns, wanted)
    arrays = tuple(list(column) for column in zip(*wanted, strict=True))
    return conn.exec_driver_sql(_postgres_statement(table, tuple(columns), twice), arrays).rowcount


def _last_of_each(table: Table, columns: Sequence[str], rows: list[Row]) -> list[Row]:
    """One statement may not touch a row twice on Postgres."""
    places = [columns.index(column.name) for column in table.primary_key.columns]
    return list({tuple(row[place] for place in places): row for row in rows}.values())


@cache
def _sqlite_statement(table: Table, columns: tuple[str, ...], twice: Twice) -> str:
    marks = ",".join("?" * len(columns))
    return f"INSERT INTO {_quoted(table.name)} ({_names(columns)}) VALUES ({marks}) {_conflict(table, columns, twice)}"  # noqa: S608


@cache
def _postgres_statement(table: Table, columns: tuple[str, ...], twice: Twice) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ",".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in columns)
    return f"INSERT INTO {_quoted(table.name)} ({_names(columns)}) SELECT * FROM unnest({arrays}) {_conflict(table, columns, twice)}"  # noqa: S608


def _conflict(table: Table, columns: tuple[str, ...], twice: Twice) -> str:
    if twice is Twice.FAIL:
        return ""
    if twice is Twice.KEEP:
        return "ON CONFLICT DO NOTHING"
    keys = [column.name for column in table.primary_key.columns]
    sets = ",".join(f"{_quoted(name)}=excluded.{_quoted(name)}" for name in columns if name not in keys)
    return f"ON CONFLICT ({_names(tuple(keys))}) DO UPDATE SET {sets}"


def _names(columns: tuple[str, ...]) -> str:
    return ",".join(map(_quoted, columns))


def _quoted(name: str) -> str:
    """Names are those of our own models; `check` and `window` are words of SQL."""
    return f'"{name}"'
