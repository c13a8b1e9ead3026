"""The month in words: what is broken, what is at risk, what is kept."""

from __future__ import annotations

from collections.abc import Sequence

from core.objective import Band, Phase
from sla.portfolio import OWN, Report, Row


def headline(report: Report) -> str:
    """`3 of 28 promises are broken in November 2026: PayPal, Slack and Algolia. SendGrid is at risk. 22 are kept so far.`

    What vendors promised, then what we set ourselves: the two are owed by different people.
    """
    if not report.rows:
        return f"No integration has a target in {report.period.label}."
    promised = [row for row in report.rows if row.target_of != OWN]
    own = [row for row in report.rows if row.target_of == OWN]
    parts = [_standing(promised, "promise", "broken", report.period.label)] if promised else []
    parts += [_standing(own, "own target", "missed", report.period.label)] if own else []
    for band, said in ((Band.AT_RISK, "at risk"), (Band.PROVISIONAL, "provisional")):
        names = _names(report, band)
        parts += [f"{listed(names)} {_are(names)} {said}."] if names else []
    kept = report.count(Band.KEPT, Band.KEPT_SO_FAR)
    said = "kept" if report.phase is Phase.CLOSED else "kept so far"
    parts += [f"{kept} {'is' if kept == 1 else 'are'} {said}."] if kept else []
    return " ".join(parts)


def _standing(rows: Sequence[Row], noun: str, verb: str, month: str) -> str:
    names = [row.name for row in rows if row.contract.band is Band.BROKEN]
    if not names:
        return f"No {noun} is {verb} in {month}."
    return f"{len(names)} of {len(rows)} {noun}s {_are(names)} {verb} in {month}: {listed(names)}."


def listed(names: Sequence[str], most: int = 5) -> str:
    """`PayPal, Slack and Algolia`; of many the first few and how many more."""
    shown = list(names) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _names(report: Report, band: Band) -> list[str]:
    return [row.name for row in report.rows if row.contract.band is band]


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
