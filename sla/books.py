"""A month's report from wherever its books are kept: frozen rows where it is closed, everything else reckoned anew.

Page, API and command compose a report here and nowhere else, so that they give the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from core.calendar import CLOSING_MS, Period
from core.objective import Phase
from core.reading import Reading
from sla.freeze import thaw_row
from sla.portfolio import Report
from sla.report import month, worst_first


class Closed(Protocol):
    """A frozen row as it is kept: `body` is what `sla.freeze.freeze` made."""

    @property
    def integration(self) -> int: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def closed_ms(self) -> int: ...


class Books(Protocol):
    """What a report is read from; `storage.readings.MonthBooks` is one."""

    def closed(self, period: Period) -> Sequence[Closed]:
        """The frozen rows of a period that hold."""

    def readings(self, period: Period, now_ms: int, without: Collection[int]) -> Iterable[Reading]:
        """Of every other integration with a target."""


def month_report(books: Books, period: Period, now_ms: int) -> Report:
    """The portfolio of any calendar period, worst first. Once it is closed it is the same whenever it is asked for.

    Raises `ValueError` for a frozen row that does not read.
    """
    closed = books.closed(period)
    frozen = {row.integration: thaw_row(dict(row.body)) for row in closed}
    report = month(period, books.readings(period, now_ms, frozen.keys()), now_ms)
    found = replace(report, rows=worst_first((*frozen.values(), *report.rows)))
    return replace(found, now_ms=_settled_ms(period, closed, now_ms)) if found.phase is Phase.CLOSED else found


def _settled_ms(period: Period, closed: Sequence[Closed], now_ms: int) -> int:
    """Since when a closed period has been as it is: its newest correction, or the latest instant at which it had to close."""
    return max((row.closed_ms for row in closed), default=min(now_ms, period.end_ms + CLOSING_MS))
