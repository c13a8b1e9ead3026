"""The tables as the database itself has them: names, columns and what these hold, in the order of their foreign keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Float, Integer, LargeBinary, String, inspect

from storage.backup.manifest import Kind

REVISION_TABLE: Final = "alembic_version"
_KINDS: Final = ((Boolean, Kind.BOOL), (Integer, Kind.INT), (String, Kind.TEXT), (LargeBinary, Kind.BYTES), (Float, Kind.FLOAT))


@dataclass(frozen=True, slots=True)
class Shape:
    """One table."""

    name: str
    columns: Mapping[str, Kind]


def names(conn: Connection) -> set[str]:
    return set(inspect(conn).get_table_names())


def shapes(conn: Connection, wanted: Iterable[str]) -> list[Shape]:
    """Of these tables, so that what is referred to comes before what refers to it."""
    inspector, kept = inspect(conn), set(wanted) - {REVISION_TABLE}
    order = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name in kept]
    return [Shape(name, {column["name"]: _kind(name, column) for column in inspector.get_columns(name)}) for name in order if name]


def _kind(table: str, column: Any) -> Kind:
    found = next((kind for base, kind in _KINDS if isinstance(column["type"], base)), None)
    if found is None:
        raise TypeError(f"{table}.{column['name']} is a {column['type']}: a backup has no form for it")
    return found


def quoted(name: str) -> str:
    """Names are those of our own tables; `check` and `window` are words of SQL."""
    return f'"{name}"'
