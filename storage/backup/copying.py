"""Postgres' COPY, through its driver: what goes wrong is raised as SQLAlchemy raises everything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def copying(conn: Connection, statement: str) -> Iterator[Any]:
    """A psycopg `Copy`: iterate over it, or `write` to it; in UTF-8, bytes in hexadecimal."""
    conn.exec_driver_sql("SET LOCAL client_encoding TO 'UTF8'")
    conn.exec_driver_sql("SET LOCAL bytea_output TO 'hex'")
    raw: Any = conn.connection.driver_connection
    base = conn.dialect.loaded_dbapi.Error
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except base as error:
        raise DBAPIError.instance(statement, None, error, base) from error
