"""Loading a backup into tables that were just made and are empty, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, text

from storage.backup.copying import copying
from storage.backup.faults import Damaged
from storage.backup.lines import columns, reader
from storage.backup.manifest import TableEntry
from storage.backup.reading import Archive
from storage.backup.shapes import Shape, quoted, shapes

BATCH: Final = 2_000

Step = Callable[[int, int], None]  # rows written, of how many


def load_rows(conn: Connection, archive: Archive, made: set[str], step: Step = lambda done, of: None) -> None:
    """`made`: the tables of the archive's revision. Raises Damaged where the archive does not fit them."""
    found = shapes(conn, made)
    entries = {entry.name: entry for entry in archive.manifest.tables}
    if {shape.name: shape.columns for shape in found} != {name: entry.columns for name, entry in entries.items()}:
        raise Damaged(archive.path, f"its tables are not those of schema {archive.manifest.revision}")
    done = 0
    put = _into_sqlite if conn.dialect.name == "sqlite" else _into_postgres
    for shape in found:
        entry = entries[shape.name]
        ordered = Shape(shape.name, entry.columns)
        put(conn, ordered, archive, entry, partial(_told, step, done, archive.manifest.rows))
        done += entry.rows


def _told(step: Step, before: int, of: int, rows: int) -> None:
    step(before + rows, of)


def _into_sqlite(conn: Connection, shape: Shape, archive: Archive, entry: TableEntry, step: Callable[[int], None]) -> None:
    marks = ", ".join("?" * len(shape.columns))
    statement = f"INSERT INTO {quoted(shape.name)} ({columns(shape)}) VALUES ({marks})"  # noqa: S608
    rows, done = _values(shape, archive, entry), 0
    while batch := list(islice(rows, BATCH)):
        conn.exec_driver_sql(statement, batch)
        done += len(batch)
        step(done)


def _values(shape: Shape, archive: Archive, entry: TableEntry) -> Iterator[tuple[Any, ...]]:
    values = reader(shape)
    for line in archive.lines(entry):
        try:
            yield values(line.decode().removesuffix("\n"))
        except (ValueError, KeyError):
            raise Damaged(archive.path, f"a row of {entry.name} is none") from None


def _into_postgres(conn: Connection, shape: Shape, archive: Archive, entry: TableEntry, step: Callable[[int], None]) -> None:
    lines, done = archive.lines(entry), 0
    with copying(conn, f"COPY {quoted(shape.name)} ({columns(shape)}) FROM STDIN") as copy:
        while batch := list(islice(lines, BATCH)):
            copy.write(b"".join(batch).replace(b"\x00", b"\xef\xbf\xbd"))  # SQLite keeps a NUL, Postgres refuses it: U+FFFD
            done += len(batch)
            step(done)
    _go_on_counting(conn, shape)
    conn.exec_driver_sql(f"ANALYZE {quoted(shape.name)}")


def _go_on_counting(conn: Connection, shape: Shape) -> None:
    """Where Postgres gives the ids, the next one is behind the highest."""
    if "id" not in shape.columns:
        return
    sequence = conn.execute(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": quoted(shape.name)}).scalar()
    if sequence is not None:
        conn.execute(
            text(f"SELECT setval(:sequence, COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM {quoted(shape.name)}"),  # noqa: S608
            {"sequence": sequence},
        )
