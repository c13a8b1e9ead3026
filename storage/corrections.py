"""What people know better of the past: rows that are added, replaced by later ones, and never deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

from core.ledger import CorrectionRow, CountsAs
from core.verdict import Party
from storage import models
from storage.bulk import insert
from storage.codec import clean

_NAMES: Final = ("integration", "check", "start_ms", "end_ms", "bucket", "party", "reason", "author", "made_ms", "replaces")
_SELECT: Final = 'SELECT id, integration, "check", start_ms, end_ms, bucket, party, reason, author, made_ms, replaces FROM correction '
_OF: Final = text(f"{_SELECT} WHERE integration IN :integrations ORDER BY id").bindparams(bindparam("integrations", expanding=True))
_ALL: Final = text(f"{_SELECT} ORDER BY id")


def corrections(conn: Connection, integrations: Sequence[int] | None = None) -> list[CorrectionRow]:
    """Every row of these integrations, or of all, in the order they were made; `core.corrections.standing` says which hold."""
    rows = conn.execute(_ALL) if integrations is None else conn.execute(_OF, {"integrations": list(integrations)})
    return [_row(row) for row in rows]


def write_corrections(conn: Connection, rows: Sequence[CorrectionRow]) -> None:
    insert(conn, models.Correction, _NAMES, [_values(row) for row in rows])


def _values(c: CorrectionRow) -> tuple[object, ...]:
    words = (c.bucket.value if c.bucket else None, c.party.value if c.party else None, clean(c.reason), clean(c.author))
    return (c.integration, c.check, c.start_ms, c.end_ms, *words, c.made_ms, c.replaces)


def _row(row: Any) -> CorrectionRow:
    return CorrectionRow(
        integration=row.integration,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        reason=row.reason,
        author=row.author,
        made_ms=row.made_ms,
        bucket=CountsAs(row.bucket) if row.bucket else None,
        party=Party(row.party) if row.party else None,
        check=row.check,
        replaces=row.replaces,
        id=row.id,
    )
