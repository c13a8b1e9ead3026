"""Clocks of an integration: what runs out, how much is left of it, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final

from core.ledger import SignalRow
from ui import format as fmt
from ui.reader import Reader
from ui.readings.names import Names
from ui.readings.watch import DAY_MS, ends_ms
from ui.views.integration import Clock

LOW_DAYS: Final = 14
URGENT_DAYS: Final = 3
_LONG_DAYS: Final = {"certificate": 90, "credential": 90, "deprecation": 365}  # what a full meter stands for
_WHAT: Final = {"certificate": ("cert", "Certificate"), "credential": ("key", "Credential"), "deprecation": ("sunset", "API sunset")}


def read_clocks(signals: Iterable[SignalRow], names: Names, reader: Reader) -> tuple[Clock, ...]:
    """Soonest first."""
    found: list[tuple[int, Clock]] = []
    for signal in signals:
        made = _quota(signal, names, reader) if signal.kind == "quota" else _ending(signal, names, reader)
        if made is not None:
            found.append(made)
    return tuple(clock for _, clock in sorted(found, key=lambda pair: pair[0]))


def _ending(signal: SignalRow, names: Names, reader: Reader) -> tuple[int, Clock] | None:
    shown, end = _WHAT.get(signal.kind), ends_ms(signal.kind, signal.body)
    if shown is None or end is None:
        return None
    days = (end - reader.now_ms) // DAY_MS
    urgency = "out" if days < URGENT_DAYS else "low" if days < LOW_DAYS else ""
    at = reader.at(end)
    date = f"{at.day} {at:%b}{'' if at.year == reader.at(reader.now_ms).year else f' {at.year}'}"
    about = str(signal.body.get("what") or names.check(signal.check))
    about = "" if about.casefold() == shown[1].casefold() else about
    left = Fraction(max(end - reader.now_ms, 0), _LONG_DAYS[signal.kind] * DAY_MS)
    big = f"{days}{fmt.GAP}d" if days >= 0 else "over"
    return end, Clock(shown[0], shown[1], about, left, big, date, urgency)


def _quota(signal: SignalRow, names: Names, reader: Reader) -> tuple[int, Clock] | None:
    limit, remaining = signal.body.get("limit"), signal.body.get("remaining")
    if not isinstance(remaining, int):
        return None
    resets = ends_ms("quota", signal.body)
    small = f"resets {datetime.fromtimestamp(resets / 1000, tz=UTC):%H:%M} UTC" if resets else names.check(signal.check)
    if not isinstance(limit, int) or limit <= 0:
        return 2**61, Clock("gauge", "Quota", "calls left", None, fmt.count(remaining), small)
    left = Fraction(max(remaining, 0), limit)
    about = f"{fmt.count(max(limit - remaining, 0))} of {fmt.count(limit)} calls used"
    urgency = "out" if left < Fraction(3, 100) else "low" if left < Fraction(1, 5) else ""
    return 2**61, Clock("gauge", "Quota", about, left, fmt.whole_percent(left), small, urgency)
