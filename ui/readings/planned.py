"""Silences and maintenance windows, from their rows: over whom, who set them, and whether they have begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.ledger import WindowKind, WindowRow
from ui.views.planned import Window

NAMED: Final = 3
_KIND: Final = {WindowKind.MAINTENANCE: "Maintenance", WindowKind.SILENCE: "Silence"}


def read_windows(rows: Sequence[WindowRow], names: Mapping[int, str], now_ms: int) -> tuple[Window, ...]:
    """By their beginning, as storage gives them."""
    return tuple(_window(row, names, now_ms) for row in rows)


def over(rows: Sequence[WindowRow], integration: int) -> list[WindowRow]:
    """Those that lie over one integration."""
    return [row for row in rows if row.integrations is None or integration in row.integrations]


def _window(row: WindowRow, names: Mapping[int, str], now_ms: int) -> Window:
    return Window(
        ident=row.id or 0,
        kind=_KIND[row.kind],
        what=_what(row.integrations, names),
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        reason=row.reason,
        by=row.by or "",
        begun=row.start_ms <= now_ms,
        of_file=row.origin == "file",
    )


def _what(which: tuple[int, ...] | None, names: Mapping[int, str]) -> str:
    if which is None:
        return "everything"
    known = [names.get(ident, str(ident)) for ident in which]
    return ", ".join(known[:NAMED]) + (f" and {len(known) - NAMED} more" if len(known) > NAMED else "")
