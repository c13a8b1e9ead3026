"""Rows as lines of Postgres' COPY text form: tabs between fields, `\\N` for null, backslashes before what would end a field.

Both databases write it themselves, in C; Postgres reads it itself, SQLite through `reader`.
https://www.postgresql.org/docs/current/sql-copy.html, "Text Format".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from storage.backup.copying import copying
from storage.backup.manifest import Kind
from storage.backup.shapes import Shape, quoted

CHUNK_ROWS: Final = 500
NULL: Final = r"\N"
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)

# How SQLite writes one field. Null must stay null, and its `hex` and `printf` make something of it.
_FIELD: Final = {
    Kind.INT: "{0}",
    Kind.BOOL: "CASE WHEN {0} THEN 't' WHEN {0} IS NOT NULL THEN 'f' END",
    Kind.BYTES: r"CASE WHEN {0} IS NOT NULL THEN '\\x' || hex({0}) END",
    Kind.FLOAT: "CASE WHEN {0} IS NOT NULL THEN printf('%!.17g', {0}) END",
    Kind.TEXT: r"replace(replace(replace(replace({0}, '\', '\\'), char(9), '\t'), char(10), '\n'), char(13), '\r')",
}


def chunks(conn: Connection, shape: Shape) -> Iterator[bytes]:
    """Every row of a table, some hundred at once; each chunk ends with the end of a line."""
    lines = _from_sqlite(conn, shape) if conn.dialect.name == "sqlite" else _from_postgres(conn, shape)
    while chunk := b"".join(islice(lines, CHUNK_ROWS)):
        yield chunk


def _from_sqlite(conn: Connection, shape: Shape) -> Iterator[bytes]:
    fields = (f"ifnull({_FIELD[kind].format(quoted(name))}, '{NULL}')" for name, kind in shape.columns.items())
    rows = conn.exec_driver_sql(f"SELECT {' || char(9) || '.join(fields)} FROM {quoted(shape.name)}")  # noqa: S608
    return (f"{row[0]}\n".encode() for row in rows)


def _from_postgres(conn: Connection, shape: Shape) -> Iterator[bytes]:
    with copying(conn, f"COPY {quoted(shape.name)} ({columns(shape)}) TO STDOUT") as copy:
        yield from map(bytes, copy)


def columns(shape: Shape) -> str:
    return ", ".join(map(quoted, shape.columns))


def reader(shape: Shape) -> Callable[[str], tuple[Any, ...]]:
    """A line without its end as the values of a row. Raises ValueError for a line that is none of this table's."""
    takers = [_TAKERS[kind] for kind in shape.columns.values()]

    def values(line: str) -> tuple[Any, ...]:
        fields = line.split("\t")
        return tuple(None if field == NULL else take(field) for take, field in zip(takers, fields, strict=True))

    return values


def _text(field: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), field) if "\\" in field else field


def _bytes(field: str) -> bytes:
    if not field.startswith(r"\\x"):
        raise ValueError("bytes are written in hexadecimal")
    return bytes.fromhex(field[3:])


def _bool(field: str) -> bool:
    return {"t": True, "f": False}[field]


_TAKERS: Final[dict[Kind, Callable[[str], Any]]] = {
    Kind.INT: int,
    Kind.BOOL: _bool,
    Kind.TEXT: _text,
    Kind.BYTES: _bytes,
    Kind.FLOAT: float,
}
