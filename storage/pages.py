"""What the vendors' own pages said, change by change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, text

from core.health import PageStatus
from core.ledger import PageRow

_CHANGES: Final = text(
    'SELECT p."check", p.at_ms, p.status, p.headline, p.link FROM page p WHERE p."check" IN :checks AND p.at_ms < :until '
    'AND p.at_ms >= COALESCE((SELECT MAX(b.at_ms) FROM page b WHERE b."check" = p."check" AND b.at_ms <= :since), :since) '
    'ORDER BY p."check", p.at_ms'
).bindparams(bindparam("checks", expanding=True))


def changes(conn: Connection, checks: Sequence[int], since_ms: int, until_ms: int) -> list[PageRow]:
    """Every change in [since, until), and before them what each page said at `since`; by check and time."""
    rows = conn.execute(_CHANGES, {"checks": list(checks), "since": since_ms, "until": until_ms})
    return [PageRow(check, at_ms, PageStatus(status), headline, link) for check, at_ms, status, headline, link in rows]
