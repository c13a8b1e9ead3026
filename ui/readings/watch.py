"""What will hurt later, from the signals beside the answers: keys, certificates, quotas, sunsets, and a vendor's own word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from core.health import PageStatus, Status
from core.ledger import SignalRow
from storage.rows import Summary
from ui import format as fmt
from ui.reader import Reader
from ui.views.wall import Watch

WITHIN_DAYS: Final = 45
QUOTA_FROM: Final = Fraction(4, 5)
DAY_MS: Final = 86_400_000
_ENDS: Final = {
    "credential": ("key", "Key expires", "{name}: its key ends"),
    "certificate": ("cert", "Certificate", "{name}: its certificate ends"),
    "deprecation": ("sunset", "API sunset", "{name}: {what} ends"),
}


def moment_ms(value: object) -> int | None:
    """An instant in a signal: ISO 8601, as storage keeps aware datetimes, or ms."""
    if isinstance(value, int):
        return value
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return int(at.timestamp() * 1000) if at.tzinfo else None


def ends_ms(kind: str, body: Mapping[str, Any]) -> int | None:
    """When what a signal tells of runs out."""
    names = {"credential": "expires_at", "certificate": "expires_at", "deprecation": "sunset_at", "quota": "resets_at"}
    return moment_ms(body.get(names.get(kind, "")) or body.get(f"{names.get(kind, '').removesuffix('_at')}_ms"))


def read_watch(summaries: Sequence[Summary], signals: Iterable[SignalRow], reader: Reader) -> tuple[Watch, ...]:
    """A vendor's trouble that misses us first, then whatever ends within 45 days by its end."""
    owners = {check.id: summary for summary in summaries for check in summary.plan.checks}
    said: list[tuple[int, Watch]] = []
    for signal in signals:
        summary = owners.get(signal.check)
        if summary is None:
            continue
        line = _page(summary, signal, reader) or _ending(summary, signal, reader) or _quota(summary, signal)
        if line is not None:
            said.append(line)
    return _together(watch for _, watch in sorted(said, key=lambda line: line[0]))


def _together(lines: Iterable[Watch]) -> tuple[Watch, ...]:
    """Several integrations of one vendor are told once."""
    found: dict[tuple[str, ...], Watch] = {}
    for line in lines:
        key = (line.label, line.says, line.when)
        known = found.get(key)
        found[key] = line if known is None else replace(known, more=known.more + 1)
    return tuple(found.values())


def _page(summary: Summary, signal: SignalRow, reader: Reader) -> tuple[int, Watch] | None:
    """A red page while our checks are fine is a notice, not a failure."""
    if signal.kind != "page" or signal.body.get("status") != PageStatus.RED or summary.status is not Status.UP:
        return None
    headline = str(signal.body.get("headline", ""))
    fine = "Our checks are fine: not affected."
    return -1, Watch(
        "say", "Vendor says", f"{summary.plan.provider_name} reports “{headline}”.", "", fine, summary.plan.slug, summary.plan.name
    )


def _ending(summary: Summary, signal: SignalRow, reader: Reader) -> tuple[int, Watch] | None:
    words, end = _ENDS.get(signal.kind), ends_ms(signal.kind, signal.body)
    if words is None or end is None or not 0 <= end - reader.now_ms <= WITHIN_DAYS * DAY_MS:
        return None
    icon, label, says = words
    plan = summary.plan
    days = (end - reader.now_ms) // DAY_MS
    at = reader.at(end)
    beside = f"in {days} days." if days > 1 else "within a day." if days == 0 else "tomorrow."
    owner = f" Owner: {plan.owner}." if plan.owner else ""
    what = str(signal.body.get("what", "an API version"))
    when = f"{at:%a} {at.day} {at:%b}{'' if at.year == reader.at(reader.now_ms).year else f' {at.year}'},"
    return end, Watch(icon, label, says.format(name=plan.name, what=what), when, f"{beside}{owner}", plan.slug, plan.name)


def _quota(summary: Summary, signal: SignalRow) -> tuple[int, Watch] | None:
    limit, left = signal.body.get("limit"), signal.body.get("remaining")
    if signal.kind != "quota" or not isinstance(limit, int) or not isinstance(left, int) or limit <= 0:
        return None
    used = 1 - Fraction(max(left, 0), limit)
    if used < QUOTA_FROM:
        return None
    plan = summary.plan
    says = f"{plan.name}: {fmt.whole_percent(used)} of the quota is used, {fmt.count(left)} of {fmt.count(limit)} calls are left."
    return 0, Watch("gauge", "Quota", says, "", "", plan.slug, plan.name)
