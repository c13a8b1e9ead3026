"""What a backup says of itself: who made it and when, and of every table its columns, rows and SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

HEAD: Final = "integration-health-backup.txt"  # the first member: what tells a backup cut short from a foreign file
MANIFEST: Final = "manifest.json"
SEAL: Final = b"integration-health sha256 "  # the zip's comment ends the file: this, and the SHA-256 of all before it
DIGITS: Final = 64
WORDS: Final = (
    "A backup of Integration Health: every row of every table, in the text form of Postgres' COPY.\n"
    "Put it back with: integration-health restore FILE\n"
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Count = Annotated[int, Field(ge=0, strict=True)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Kind(StrEnum):
    """What a column holds, whatever its database calls it."""

    INT = "int"
    BOOL = "bool"
    TEXT = "text"
    BYTES = "bytes"
    FLOAT = "float"


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One member of the archive: a row a line, its columns in this order."""

    name: Name
    columns: dict[Name, Kind]
    rows: Count
    bytes: Count
    sha256: Digest

    @property
    def member(self) -> str:
        return member_of(self.name)


@dataclass(frozen=True, slots=True)
class Manifest:
    """`layout` rises when an older program could not read the archive; `revision` is that of the tables."""

    format: Literal["integration-health backup"]
    layout: Count
    version: str
    revision: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    database: Literal["sqlite", "postgresql"]
    made_at: datetime
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def bytes(self) -> int:
        return sum(table.bytes for table in self.tables)


LAYOUT: Final = 1


def member_of(table: str) -> str:
    return f"tables/{table}.copy"
