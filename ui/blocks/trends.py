"""Rankings beside the charts, and the incidents a bar leads to."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as fmt
from ui.blocks import parts
from ui.blocks.incidents import rows_table
from ui.blocks.tables import table
from ui.html import address, heading, link, text
from ui.reader import Reader
from ui.views.incident import IncidentRow
from ui.views.trends import Rank, Trends

_SLOW_HEAD = (("", "Integration"), ("num", "p95"), ("num", "Slow for"))
_SHARE_HEAD = (("", "Integration"), ("num", "p95"), ("num", "Availability"), ("num", "Seen"), ("num", "Down"))


def answer(view: Trends, days: int) -> str:
    """Whether it gets better or worse: this half of the window against the half before."""
    totals = [sum(line[day] for line in view.by_cause.values()) for day in range(len(view.days))]
    half = len(totals) // 2
    before, after = sum(totals[:half]), sum(totals[-half:] if half else totals)
    if not sum(totals):
        lead = f"No failure was seen in {days} days."
        below = "Nothing was slow and nothing failed." if view.p95_us else "Nothing has been measured yet."
    else:
        change = "fewer than" if after < before else "more than" if after > before else "as many as"
        lead = f"{fmt.count(sum(totals))} failed or slow results in {days} days."
        below = f"{fmt.count(after)} of them in the newer half, {change} in the half before ({fmt.count(before)})."
    return f'<header class="answer"><h1>{lead}</h1><p class="sub">{below}</p></header>'


def ranking(title: str, beside: str, found: Sequence[Rank], *, slow: bool) -> str:
    """Ten at most."""
    head = heading(title, beside)
    if not found:
        return head + parts.nothing("No latency has been measured yet." if slow else "None: whatever was seen was up.")
    rows = (_rank(rank, slow=slow) for rank in found)
    return head + table("chk rank", title, _SLOW_HEAD if slow else _SHARE_HEAD, rows)


def _rank(rank: Rank, *, slow: bool) -> str:
    name = f"{link(text(rank.name), address('integration', id=rank.slug), kind='')} {parts.environment(rank.environment)}"
    first = f'<tr><th scope="row">{name}</th><td class="num">{fmt.latency(rank.p95_us)}</td>'
    if slow:
        return f'{first}<td class="num">{fmt.lasting(rank.slow_ms) if rank.slow_ms else fmt.NONE}</td></tr>'
    seen = f'<td class="num m">{fmt.coverage(rank.seen)}</td>'
    return f'{first}<td class="num"><b>{fmt.percent(rank.share)}</b></td>{seen}<td class="num">{fmt.lasting(rank.down_ms)}</td></tr>'


def by_day(view: Trends, window: int) -> str:
    """The same as the bars for the keyboard: every day with failures, each leading to its incidents."""
    totals = {day: sum(line[place] for line in view.by_cause.values()) for place, day in enumerate(view.days)}
    shown = [(day, count) for day, count in totals.items() if count]
    if not shown:
        return ""
    items = "".join(f"<li>{_day_link(day, count, window)}</li>" for day, count in reversed(shown))
    return f'<details class="more"><summary>Days with failures, as a list</summary><ul class="daylist">{items}</ul></details>'


def _day_link(day: int, count: int, window: int) -> str:
    iso = iso_day(day)
    return f'{link(iso, address("trends", days=window, day=iso))} <span class="m">{fmt.count(count)}</span>'


def iso_day(ms: int) -> str:
    """The UTC day of an instant."""
    return f"{Reader(ms).at(ms):%Y-%m-%d}"


def chosen(title: str, rows: Sequence[IncidentRow], reader: Reader, clear: str) -> str:
    """What a bar leads to."""
    head = heading(text(title), link("Close", clear))
    return head + (
        rows_table(rows, reader)
        if rows
        else parts.nothing("No incident then.", "Single failures that were over before the third stay without one.")
    )
