"""What the vendor's own status page said, beside what we saw: its lane, and how often and how late it named an outage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import mean
from typing import Final

from core.compare import compare
from core.health import PageStatus, Status
from core.intervals import Interval
from core.ledger import IncidentKind, IncidentRow, PageRow
from core.plan import CheckPlan
from core.reading import Reading
from core.spans import read_span
from core.verdict import Party
from ui import format as fmt
from ui.dossier import DAY_MS, DAYS, Dossier
from ui.reader import Reader
from ui.views.integration import Lane, PageWord, Stretch

SAID_AT_MOST: Final = 4
_LETTERS: Final = {PageStatus.GREEN: "u", PageStatus.RED: "d", PageStatus.MAINTENANCE: "m"}
_WORDS: Final = {"d": "says trouble", "m": "says maintenance", "-": "not read"}
_NOT_THEIRS: Final = frozenset({Party.OURS, Party.PATH})

Part = tuple[str, int, int]


def page_lane(check: CheckPlan, dossier: Dossier, parts: Reading, since_ms: int, until_ms: int, reader: Reader) -> Lane:
    """What the page said over [since, until), on our own clock: where red stands over green, it had not noticed."""
    said = [row for row in dossier.pages if row.check == check.id]
    readable = _readable(check, parts, since_ms, until_ms, dossier.read_ms)
    joined = page_parts(said, readable, since_ms, until_ms)
    wide = until_ms - since_ms
    stretches = tuple(Stretch(kind, (start - since_ms) / wide, (end - since_ms) / wide) for kind, start, end in joined)
    return Lane(f"{dossier.row.plan.provider_name}’s page", stretches, _says(said, joined, until_ms, reader))


def page_parts(said: Sequence[PageRow], readable: Iterable[Interval], since_ms: int, until_ms: int) -> list[Part]:
    """Letters over [since, until): a change holds until the next one, wherever the page could be read at all."""
    found: list[Part] = []
    at = since_ms
    for start, end in readable:
        for kind, low, high in _held(said, start, end):
            found += [("-", at, low)] if low > at else []
            found.append((kind, low, high))
            at = high
    found += [("-", at, until_ms)] if at < until_ms else []
    return _joined(found)


def _held(said: Sequence[PageRow], start_ms: int, end_ms: int) -> list[Part]:
    ends = [*(row.at_ms for row in said[1:]), end_ms]
    held = [(_LETTERS[row.status], max(row.at_ms, start_ms), min(end, end_ms)) for row, end in zip(said, ends, strict=True)] if said else []
    return [part for part in held if part[2] > part[1]]


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Neighbours of one letter are one: another headline is no other colour."""
    found: list[Part] = []
    for kind, start, end in parts:
        if found and found[-1][0] == kind and found[-1][2] == start:
            start = found.pop()[1]
        found.append((kind, start, end))
    return found


def _readable(check: CheckPlan, parts: Reading, since_ms: int, until_ms: int, now_ms: int) -> list[Interval]:
    found, at = [], since_ms
    for row in parts.spans:
        if row.check != check.id or row.status is not Status.UP:
            continue
        span = read_span(row, parts.newest_ms.get((row.check, row.location), row.start_ms), now_ms)
        start, end = max(span.start_ms, at), min(span.end_ms, until_ms)
        if end > start:
            found.append((start, end))
            at = end
    return found


def _says(said: Sequence[PageRow], parts: Sequence[Part], until_ms: int, reader: Reader) -> str:
    """Its newest words, then when it said something else than that all is well."""
    odd = [part for part in parts if part[0] != "u"]
    more = (f"{len(odd) - SAID_AT_MOST} more",) if len(odd) > SAID_AT_MOST else ()
    told = (_stretch(*part, until_ms, reader) for part in reversed(odd[-SAID_AT_MOST:]))
    return "; ".join((said[-1].headline or said[-1].status if said else "never read", *told, *more))


def _stretch(kind: str, start_ms: int, end_ms: int, until_ms: int, reader: Reader) -> str:
    if end_ms >= until_ms:
        return f"{_WORDS[kind]} since {reader.plain(start_ms)}"
    return f"{_WORDS[kind]} {reader.plain(start_ms)} to {reader.plain(end_ms)}"


def own_word(dossier: Dossier) -> PageWord | None:
    """What its page says now, and how that went in ninety days; None where none is read."""
    said = next((signal for signal in dossier.signals if signal.kind == "page"), None)
    if said is None:
        return None
    status = str(said.body.get("status", ""))
    open_ = any(row.closed_ms is None for row in dossier.incidents)
    now = "It names nothing of what we see." if open_ and status == PageStatus.GREEN else ""
    link = said.body.get("link") or dossier.row.plan.status_page_url
    changes = [row for row in dossier.pages if row.check == said.check]
    past = named(changes, dossier.incidents, dossier.row.plan.provider_name, dossier.read_ms)
    return PageWord(
        Status.UP if status == PageStatus.GREEN else Status.DOWN,
        status == PageStatus.MAINTENANCE,
        str(said.body.get("headline") or status or "read"),
        str(link) if link else None,
        said.at_ms,
        " ".join(filter(None, (now, past))),
    )


def named(said: Sequence[PageRow], incidents: Iterable[IncidentRow], vendor: str, now_ms: int) -> str:
    """`In 90 days PayPal’s page named 2 of 6 outages we saw, 19 min after us on average.`

    Slow spells and our own faults are no outage of theirs. A page that was first read later is judged since then.
    """
    if not said:
        return ""
    since = max(now_ms - DAYS * DAY_MS, said[0].at_ms)
    found = compare(_outages(incidents, now_ms), red(said, now_ms), since, now_ms)
    days = max(1, round((now_ms - since) / DAY_MS))
    window = f"In {fmt.plural(days, 'day')}"
    if not found.lags:
        return f"{window} we saw no outage that {vendor}’s page could have named."
    lags = [lag for lag in found.lags if lag is not None]
    if not lags and len(found.lags) == 1:
        return f"{window} {vendor}’s page did not name the one outage we saw."
    outages = fmt.plural(len(found.lags), "outage")
    if lags:
        return f"{window} {vendor}’s page named {len(lags)} of {outages} we saw, {_apart(int(mean(lags)), len(lags))}."
    return f"{window} {vendor}’s page named none of the {outages} we saw."


def _apart(lag_ms: int, count: int) -> str:
    beside = " on average" if count > 1 else ""
    if abs(lag_ms) < 1_000:
        return f"as soon as we did{beside}"
    return f"{fmt.lasting(abs(lag_ms))} {'after' if lag_ms > 0 else 'before'} us{beside}"


def _outages(incidents: Iterable[IncidentRow], now_ms: int) -> list[Interval]:
    return [
        (row.started_ms, row.resolved_ms or row.closed_ms or now_ms)
        for row in incidents
        if row.kind is IncidentKind.VENDOR and row.status is Status.DOWN and (row.verdict is None or row.verdict.party not in _NOT_THEIRS)
    ]


def red(said: Sequence[PageRow], now_ms: int) -> list[Interval]:
    """When a page said that it has trouble."""
    stretches = [(row, after.at_ms) for row, after in pairwise(said)] + ([(said[-1], now_ms)] if said else [])
    return [(row.at_ms, end) for row, end in stretches if row.status is PageStatus.RED]
