"""The wall: answer, attention, watch, table by category. One block per section, never a widget per row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from core.health import Status
from ui import format as fmt
from ui.blocks import days, parts, spark
from ui.html import address, icon, link, text
from ui.reader import Reader
from ui.views.wall import Answer, Budget, Group, Row, Trouble, Wall, Watch
from ui.words import incident

ROOMY_UP_TO: Final = 10
WATCHED_AT_MOST: Final = 6
OPEN_UP_TO: Final = 60
SENT_WHOLE_UP_TO: Final = 300  # beyond, a folded category is sent without its rows
_TINTED: Final = frozenset({Status.DOWN, Status.DEGRADED})  # while nobody is on it

_HEAD: Final = (
    ("", "Status", ""),
    ("", "Integration", ""),
    ("x-since", "Since, verdict", ""),
    ("num x-24", "24 h", ""),
    ("num x-30", "30 d", ""),
    ("num x-cov", "Seen", ' title="Share of the 30 days that was observed"'),
    ("num x-p95", "p95, 24 h", ""),
    ("num x-days", "90 days", ""),
    ("num x-bud", "Budget left", ' title="Of this month, by the experience policy"'),
)
_COLUMNS: Final = "".join(f'<col class="c-{name}">' for name in ("st", "nm", "since", "24", "30", "cov", "p95", "days", "bud"))


def answer(view: Answer, pulse: str = "") -> str:
    """The sentence, what qualifies it, and the heartbeat at the right."""
    names = ", ".join(f"{text(name)}{f' <span class=q>({text(whose)})</span>' if whose else ''}" for name, whose in view.named)
    names += f" and {view.more} more" if view.more else ""
    said = f"{text(view.lead)}{f': {names}.' if names else ''}"
    tail = f' <span class="q">{text(view.tail)}</span>' if view.tail else ""
    title = f'<h1><span class="{view.kind}">{icon(view.icon)}</span>{said}{tail}</h1>'
    return f'<header class="answer">{title}<p class="sub">{text(view.below)}</p>{pulse}</header>'


def attention(troubles: tuple[Trouble, ...], reader: Reader) -> str:
    """Worst first; a row is tinted only while nobody is on it."""
    return f'<ul class="att">{"".join(_trouble(trouble, reader) for trouble in troubles)}</ul>' if troubles else ""


def _trouble(view: Trouble, reader: Reader) -> str:
    lasted = fmt.lasting(reader.now_ms - view.started_ms)
    state = parts.status(view.status, beside=lasted)
    name = link(text(view.name), address("integration", id=view.slug), kind="")
    hits, left = text(", ".join(view.flows)), _budget_words(view.budget)
    lead, below = (hits, left) if hits else (left, "")
    on_it = f"{text(view.on_it)} is on it" if view.on_it else "nobody on it yet"
    kind = f"{view.status}{' open' if view.alone and view.status in _TINTED else ''}"
    return (
        f'<li class="{kind}"><div>{state}<p class="m">since {reader.time(view.started_ms)}</p></div>'
        f'<div><p class="n">{name}{parts.environment(view.environment)}</p><p class="s">{text(view.failing)}</p></div>'
        f'<div><p class="lead">{text(view.whose)}</p><p class="s">{text(view.why)}</p></div>'
        f'<div class="imp"><p class="lead">{lead}</p><p class="s x">{below}</p></div>'
        f'<div class="go"><p class="lead">{link(incident(view.incident), address("incident", id=view.incident))}</p>'
        f'<p class="s x">{on_it}</p></div></li>'
    )


def _budget_words(budget: Budget | None) -> str:
    if budget is None:
        return ""
    if budget.left <= 0:
        over = f", {fmt.minutes(budget.over_ms)} over" if budget.over_ms else ""
        return f"{text(budget.month)} budget spent{over}"
    return f"{fmt.whole_percent(budget.left)} of {text(budget.month)} budget left"


def watch(lines: tuple[Watch, ...]) -> str:
    """What will hurt later: one line each, no colour; the first few, the others folded."""
    if not lines:
        return ""
    first, rest = lines[:WATCHED_AT_MOST], lines[WATCHED_AT_MOST:]
    folded = ""
    if rest:
        inner = "".join(_watch(line) for line in rest)
        folded = f'<li class="rest"><details><summary>{len(rest)} more to watch</summary><ul>{inner}</ul></details></li>'
    return f'<ul class="watch">{"".join(_watch(line) for line in first)}{folded}</ul>'


def _watch(view: Watch) -> str:
    when = f" <b>{text(view.when)}</b>" if view.when else ""
    says = f'<p>{text(view.says)}{when} <span class="m">{text(view.beside)}</span></p>'
    more = f' <span class="m">and {view.more} more</span>' if view.more else ""
    where = link(text(view.name), address("integration", id=view.slug)) if view.slug else ""
    return f'<li><span class="k">{icon(view.icon)}{text(view.label)}</span>{says}<span>{where}{more}</span></li>'


def table(view: Wall, reader: Reader) -> list[str]:
    """The table with its legend, as one block, or as one per category where there are many."""
    sections = _sections(view, reader)
    corrected = any(row.corrected for group in view.groups for row in group.rows)
    return [*sections[:-1], sections[-1] + parts.legend(corrected=corrected)] if sections else []


def _sections(view: Wall, reader: Reader) -> list[str]:
    if view.total <= ROOMY_UP_TO:
        rows = tuple(row for group in view.groups for row in group.rows)
        return [_table(f"<tbody>{_rows(rows, reader)}</tbody>", "roomy")] if rows else []
    if view.total <= OPEN_UP_TO:
        bodies = (f"<tbody>{_group_head(group)}{_rows(group.rows, reader)}</tbody>" for group in view.groups if group.rows)
        joined = "".join(bodies)
        return [_table(joined)] if joined else []
    return list(_categories(view, reader))


def _categories(view: Wall, reader: Reader) -> Iterator[str]:
    """A block each, as a `details` closes when its block's text changes; what is a link only has nothing to close."""
    folded = [_folded(group, view, reader) for group in view.groups if group.rows]
    for are_links, sections in groupby(folded, key=lambda section: section.startswith("<a")):
        if are_links:
            yield "".join(sections)
        else:
            yield from sections


def _table(bodies: str, kind: str = "") -> str:
    head = "".join(f'<th scope="col" class="{kind}"{title}>{word}</th>' for kind, word, title in _HEAD)
    caption = '<caption class="vh">Integrations, worst first in each category</caption>'
    return f'<table class="wall {kind}">{caption}<colgroup>{_COLUMNS}</colgroup><thead><tr>{head}</tr></thead>{bodies}</table>'


def _group_head(group: Group) -> str:
    count = f"{len(group.rows)} here, {group.above} above" if group.above else str(len(group.rows))
    return f'<tr class="g"><th scope="rowgroup">{text(group.category)}<span class="m">{count}</span></th></tr>'


def _rows(rows: tuple[Row, ...], reader: Reader) -> str:
    return "".join(_row(row, reader) for row in rows)


def _row(view: Row, reader: Reader) -> str:
    since = _since(view, reader)
    said = text(since)
    name = link(text(view.name), address("integration", id=view.slug), kind="")
    kind = "" if view.well and not view.failing else ' class="hot"'
    return (
        f'<tr{kind}><td class="x-st">{parts.status(view.status, maintained=view.maintained)}</td>'
        f'<th scope="row" class="nm">{name}{parts.environment(view.environment)}</th>'
        f'<td class="x-since {"m" if view.well else "s"}" title="{said}">{said}</td>'
        f'<td class="num x-24 {"m" if view.day in (1, None) else ""}">{fmt.percent(view.day)}</td>'
        f'<td class="num x-30 {"full" if view.month in (1, None) else "big"}">{fmt.percent(view.month)}</td>'
        f'<td class="num x-cov m">{fmt.coverage(view.seen)}</td>'
        f'<td class="num x-p95"><div class="lat">{_spark(view)}<span>{fmt.latency(view.p95_us)}</span></div></td>'
        f'<td class="x-days">{days.small(view.bars, view.corrected)}</td><td class="num x-bud">{budget(view.budget)}</td></tr>'
    )


def _since(view: Row, reader: Reader) -> str:
    if view.since_ms is None:
        return view.note or "not judged yet"
    if view.maintained:
        return view.note
    lasted = fmt.lasting(reader.now_ms - view.since_ms)
    unconfirmed = f"{view.failing} of {view.fail_after} failing" if view.failing else ""
    return " · ".join(filter(None, (lasted, unconfirmed, view.note)))


def _spark(view: Row) -> str:
    return spark.sparkline(view.sparkline, "hotspark" if view.status is Status.DEGRADED else "")


def budget(view: Budget | None) -> str:
    """The meter: below a quarter amber, below nought `spent` in red."""
    if view is None:
        return '<span class="m">no target</span>'
    if view.left <= 0:
        return '<span class="bud out"><i style="--v:0%"></i><span>spent</span></span>'
    left = (view.left * 100).numerator // (view.left * 100).denominator
    kind = "low" if view.left < 0.25 else ""
    return f'<span class="bud {kind}"><i style="--v:{left}%"></i><span>{left}{fmt.GAP}%</span></span>'


def _folded(group: Group, view: Wall, reader: Reader) -> str:
    opened = group.category in view.opened or bool(view.search) or not all(row.well for row in group.rows)
    if view.total <= SENT_WHOLE_UP_TO or opened:
        rows = _table(f"<tbody>{_rows(group.rows, reader)}</tbody>")
        return f'<details class="grp"{" open" if opened else ""}><summary>{_summary(group)}</summary>{rows}</details>'
    return f'<a class="grp" href="?open={text(group.category)}">{_summary(group)}</a>'


def _summary(group: Group) -> str:
    count = f"{len(group.rows)} here, {group.above} above" if group.above else str(len(group.rows))
    said = _group_words(group.rows)
    known = [row for row in group.rows if row.month is not None]
    lowest = min(known, key=lambda row: row.month or 0, default=None)
    low = f'<span class="m"> · lowest 30 d {fmt.percent(lowest.month)} {text(lowest.name)}</span>' if lowest else ""
    letters = "".join(_cell(row) for row in group.rows)
    return (
        f'{icon("go")}<span><b>{text(group.category)}</b> <span class="m">{count}</span></span>'
        f'{days.cells(letters, said)}<span class="s">{said}{low}</span>'
    )


def _cell(row: Row) -> str:
    return "m" if row.maintained else {Status.UP: "u", Status.DEGRADED: "s", Status.DOWN: "d", Status.UNKNOWN: "-"}[row.status]


def _group_words(rows: tuple[Row, ...]) -> str:
    letters = "".join(_cell(row) for row in rows)
    words = (("d", "down"), ("s", "slow"), ("-", "unknown"), ("m", "in maintenance"))
    said = [f"{letters.count(letter)} {word}" for letter, word in words if letter in letters]
    return ", ".join(said) or "all up"
