"""Lanes and days of an integration: its accounted time as letters, and in words for those who do not see the bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from core.availability import Bucket, Buckets
from core.ledger import CorrectionRow
from core.merge import Piece
from core.policy import EXPERIENCE, availability
from core.reading import Reading, pieces
from storage.rows import DayBar
from ui import format as fmt
from ui.dossier import DAY_MS, DAYS, Dossier
from ui.reader import Reader
from ui.readings.corrections import over, tooltip
from ui.readings.vendor_page import page_lane
from ui.views.integration import Day, Days, Lane, Stretch, Strip

LETTERS: Final = {
    Bucket.UP: "u",
    Bucket.DEGRADED: "s",
    Bucket.OURS: "o",
    Bucket.SHORT_OURS: "o",
    Bucket.MAINTENANCE: "m",
    Bucket.UNKNOWN: "-",
}  # every other bucket is down
SAID_AT_MOST: Final = 4
_WORDS: Final = {"s": "slow", "d": "down", "o": "down by our own fault", "m": "maintenance", "-": "not seen"}


def letter(bucket: Bucket) -> str:
    """The form a bucket of time takes in every bar."""
    return LETTERS.get(bucket, "d")


def lane(who: str, parts: Sequence[Piece], since_ms: int, until_ms: int, reader: Reader, corrections: Sequence[CorrectionRow] = ()) -> Lane:
    """One line over [since, until); `corrections` are those that lie over it."""
    wide = until_ms - since_ms
    joined: list[tuple[str, int, int]] = []
    for piece in parts:
        kind = letter(piece.bucket)
        if joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1], piece.end_ms)
        else:
            joined.append((kind, piece.start_ms, piece.end_ms))
    stretches = tuple(Stretch(kind, (start - since_ms) / wide, (end - since_ms) / wide) for kind, start, end in joined)
    laid = ((max(row.start_ms, since_ms) - since_ms, min(row.end_ms, until_ms) - since_ms) for row in corrections)
    says = "; ".join(filter(None, (_says(joined, until_ms, reader), tooltip(corrections, reader))))
    return Lane(who, stretches, says, corrected=tuple(Stretch("c", start / wide, end / wide) for start, end in laid))


def _says(stretches: Iterable[tuple[str, int, int]], until_ms: int, reader: Reader) -> str:
    troubles = [part for part in stretches if part[0] != "u"]
    if not troubles:
        return "up all the time"
    said = [_stretch(*part, until_ms, reader) for part in troubles[-SAID_AT_MOST:]]
    more = f"; {len(troubles) - SAID_AT_MOST} more" if len(troubles) > SAID_AT_MOST else ""
    return "; ".join(reversed(said)) + more


def _stretch(kind: str, start_ms: int, end_ms: int, until_ms: int, reader: Reader) -> str:
    if end_ms >= until_ms:
        return f"{_WORDS[kind]} since {reader.plain(start_ms)}"
    return f"{_WORDS[kind]} {reader.plain(start_ms)} to {reader.plain(end_ms)}"


def strip(dossier: Dossier, parts: Reading, since_ms: int, until_ms: int, reader: Reader) -> Strip:
    """The whole first where several checks count, then each of them; the vendor's own page last, on the same scale."""
    counting = [check for check in dossier.plans if check.counts]
    lanes = []
    if len(counting) != 1:
        whole, laid = pieces(parts, since_ms, until_ms, dossier.read_ms), over(parts, since_ms, until_ms)
        lanes.append(lane("All checks", whole, since_ms, until_ms, reader, laid))
    for check in counting:
        alone = pieces(parts, since_ms, until_ms, dossier.read_ms, only=check.id)
        laid = over(parts, since_ms, until_ms, only=check.id)
        lanes.append(lane(check.name or check.slug, alone, since_ms, until_ms, reader, laid))
    pages = [check for check in dossier.plans if check.kind == "statuspage"]
    lanes += [page_lane(check, dossier, parts, since_ms, until_ms, reader) for check in pages]
    return Strip(tuple(lanes), ticks(since_ms, until_ms, reader))


def ticks(since_ms: int, until_ms: int, reader: Reader, count: int = 5) -> tuple[str, ...]:
    """Clock times under a strip, evenly spaced; the last is `now` where it is."""
    steps = [since_ms + (until_ms - since_ms) * number // (count - 1) for number in range(count)]
    said = [f"{reader.at(step):%H:%M}" for step in steps]
    if abs(until_ms - reader.now_ms) < 120_000:
        said[-1] = "now"
    return tuple(said)


def days(bars: Sequence[DayBar], reader: Reader, corrections: Sequence[CorrectionRow] = ()) -> Days:
    """Ninety UTC days, each with its sentence; `corrections` are those that lie over them."""
    today = reader.now_ms // DAY_MS
    known = {bar.start_ms // DAY_MS: bar.buckets for bar in bars}
    total = sum(known.values(), Buckets())
    seen = availability(total, EXPERIENCE)
    made = tuple(_day(number, known.get(number), today, reader, corrections) for number in range(today - DAYS + 1, today + 1))
    said = [f"{word} on {fmt.plural(count, 'day')}" for kind, word in _WORDS.items() if (count := sum(day.letter == kind for day in made))]
    said += [f"corrected by hand on {fmt.plural(count, 'day')}"] if (count := sum(day.corrected for day in made)) else []
    first = [today - DAYS + 1, today - 59, today - 29]
    names = tuple(f"{date.day} {date:%b}" for date in (datetime.fromtimestamp(number * DAY_MS / 1000, tz=UTC) for number in first))
    says = f"90 days: {', '.join(said) or 'up on every day'}."
    return Days(made, seen.ratio, seen.coverage, "experience", (*names, "today"), says)


def _day(number: int, buckets: Buckets | None, today: int, reader: Reader, corrections: Sequence[CorrectionRow]) -> Day:
    date = datetime.fromtimestamp(number * DAY_MS / 1000, tz=UTC)
    age = today - number
    ago = "today" if age == 0 else "yesterday" if age == 1 else f"{age} days ago"
    laid = [row for row in corrections if row.start_ms < (number + 1) * DAY_MS and row.end_ms > number * DAY_MS]
    says = "; ".join(filter(None, (day_words(buckets), tooltip(laid, reader))))
    return Day(f"{date:%Y-%m-%d}", day_letter(buckets), f"{date.day} {date:%b}, {ago}: {says}", bool(laid))


def day_letter(buckets: Buckets | None) -> str:
    """The form of a day: the worst of it that is worth an eye."""
    if buckets is None or not (buckets.known_ms or buckets.maintenance_ms):
        return "-"
    if buckets.down_ms:
        return "o" if buckets.ours_ms + buckets.short_ours_ms == buckets.down_ms else "d"
    if buckets.degraded_ms:
        return "s"
    return "m" if buckets.maintenance_ms else "u"


def day_words(buckets: Buckets | None) -> str:
    """`down 18 min, theirs 18 min; slow 4 min; not seen 2 h`."""
    if buckets is None or not buckets.total_ms:
        return "no data"
    ours = buckets.ours_ms + buckets.short_ours_ms
    whose = "" if not buckets.down_ms else ", ours" if ours == buckets.down_ms else f", ours {fmt.lasting(ours)} of it" if ours else ""
    parts = (
        (buckets.down_ms, f"down {fmt.lasting(buckets.down_ms)}{whose}"),
        (buckets.degraded_ms, f"slow {fmt.lasting(buckets.degraded_ms)}"),
        (buckets.maintenance_ms, f"maintenance {fmt.lasting(buckets.maintenance_ms)}"),
        (buckets.unknown_ms, f"not seen {fmt.lasting(buckets.unknown_ms)}"),
    )
    share = fmt.percent(availability(buckets, EXPERIENCE).ratio)
    return "; ".join([share, *(said for ms, said in parts if ms >= 1_000)])
