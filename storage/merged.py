"""Results as stored, by column: packed days and the rows beside them read as one, each instant once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, TextClause, text

from storage.packing import Columns, unpack, unpack_phases
from storage.planes import Ints

_HOT: Final = text(
    "SELECT at_ms, late_ms, status, cause, total_us FROM result "
    'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until ORDER BY at_ms'
)
_HOT_PHASES: Final = text(
    "SELECT at_ms, COALESCE(dns_us, -1), COALESCE(connect_us, -1), COALESCE(tls_us, -1), COALESCE(first_byte_us, -1), "
    "COALESCE(transfer_us, -1) FROM phase "
    'WHERE "check" = :check AND location = :location AND at_ms >= :since AND at_ms < :until ORDER BY at_ms'
)
_PACKS: Final = text(
    'SELECT day_ms, body, phases FROM pack WHERE "check" = :check AND location = :location '
    "AND day_ms > :since - 86400000 AND day_ms < :until ORDER BY day_ms"
)


@dataclass(frozen=True, slots=True)
class PhaseTable:
    """Phases by instant: five rows (dns, connect, tls, first byte, transfer) in us, -1 where there is none."""

    at_ms: Ints
    values: Ints


def key_of(check: int, location: int, since_ms: int, until_ms: int) -> dict[str, int]:
    return {"check": check, "location": location, "since": since_ms, "until": until_ms}


def packs_between(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Sequence[Any]:
    """`day_ms`, `body` and `phases` of every packed day that reaches into [since, until), oldest first."""
    return conn.execute(_PACKS, key_of(check, location, since_ms, until_ms)).all()


def columns_between(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Columns:
    """Every result due in [since, until)."""
    parts = [unpack(pack.body) for pack in packs_between(conn, check, location, since_ms, until_ms)]
    parts.append(hot_columns(conn, check, location, since_ms, until_ms))
    return once(parts, since_ms, until_ms)


def once(parts: Sequence[Columns], since_ms: int, until_ms: int) -> Columns:
    """In order, each instant once. The first part that has it stands: results are never relabelled by a later row."""
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in Columns.__slots__]
    at, first = np.unique(joined[0], return_index=True)
    order = first[(at >= since_ms) & (at < until_ms)]
    return Columns(*(column[order] for column in joined))


def hot_columns(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> Columns:
    """The rows that are not packed."""
    table = _table(conn, _HOT, key_of(check, location, since_ms, until_ms), 5)
    return Columns(*(np.ascontiguousarray(column) for column in table.T))


def hot_phases(conn: Connection, check: int, location: int, since_ms: int, until_ms: int) -> PhaseTable:
    """The phase rows that are not packed."""
    table = _table(conn, _HOT_PHASES, key_of(check, location, since_ms, until_ms), 6)
    return PhaseTable(table[:, 0], np.ascontiguousarray(table[:, 1:].T))


def _table(conn: Connection, asked: TextClause, key: dict[str, int], width: int) -> Ints:
    """Number by number as they are fetched: of a day's rows at once numpy makes an array in 50 ms instead of 1, in which no other
    thread runs, and so many objects make the garbage collector look through all memory.
    """
    return np.fromiter(chain.from_iterable(conn.execute(asked, key)), np.int64).reshape(-1, width)


def packed_phases(results: Columns, phases: bytes | None) -> PhaseTable:
    """Of a packed day: a row for each of its results, whether it has phases or not."""
    none = np.full((5, len(results)), -1, np.int64)
    return PhaseTable(results.at_ms, none if phases is None else unpack_phases(phases, results.total_us))


def beside(results: Columns, parts: Sequence[PhaseTable]) -> Ints:
    """Five rows laid beside the results they belong to, -1 for none; of two parts with one instant the first stands."""
    laid = np.full((5, len(results)), -1, np.int64)
    for part in reversed(parts):
        _, here, there = np.intersect1d(results.at_ms, part.at_ms, assume_unique=True, return_indices=True)
        laid[:, here] = part.values[:, there]
    return laid
