"""The list of incidents, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.tables import table as _table
from ui.html import address, icon, link, text
from ui.reader import Reader
from ui.views.incident import IncidentList, IncidentRow

_COLUMNS = ("i-st", "i-id", "i-nm", "i-what", "i-whose", "i-when", "i-last", "i-who")
_HEAD = (
    ("", "State"),
    ("", "Incident"),
    ("", "Integration"),
    ("x-what", "What"),
    ("x-whose", "Verdict"),
    ("", "Began"),
    ("num", "Lasted"),
    ("num x-who", "On it"),
)


def answer(view: IncidentList) -> str:
    """How many are open now."""
    count = view.open_count
    if count:
        mark, lead = "down", f"{fmt.plural(count, 'incident')} {'is' if count == 1 else 'are'} open."
    else:
        mark, lead = "up", "No incident is open."
    title = f'<h1><span class="{mark}">{icon(mark)}</span>{lead}</h1>'
    return f'<header class="answer">{title}<p class="sub">Every trouble from its first failure to its recovery, newest first.</p></header>'


def table(view: IncidentList, reader: Reader, older: str | None, newer: str | None) -> str:
    """The page's rows; `older` and `newer` are addresses where there are such pages."""
    if not view.rows:
        return (
            parts.nothing("No incident matches.", link("Clear the filter", "?"))
            if view.filtered
            else parts.nothing("No incident yet.", "One opens after three failures in a row.")
        )
    pages = " · ".join(filter(None, (newer and link("Newest", newer), older and link("Older", older))))
    return f'{rows_table(view.rows, reader)}<p class="m pages">{pages}</p>'


def rows_table(rows: Sequence[IncidentRow], reader: Reader) -> str:
    """The rows alone, for other pages too."""
    return _table("list inc-l", "Incidents, newest first", _HEAD, (_row(row, reader) for row in rows), _COLUMNS)


def _row(view: IncidentRow, reader: Reader) -> str:
    lasted = (view.end_ms or reader.now_ms) - view.started_ms
    name = link(text(view.name), address("integration", id=view.slug), kind="") if view.slug else text(view.name)
    on_it = text(view.on_it) if view.on_it else "nobody yet" if view.open else fmt.NONE
    state = parts.status(view.status) if view.open else '<span class="m">Over</span>'
    return (
        f'<tr{" class=hot" if view.open else ""}><td class="x-st">{state}</td>'
        f'<th scope="row" class="x-id">{link(words.incident(view.id), address("incident", id=view.id))}</th>'
        f'<td class="nm">{name}</td><td class="x-what s" title="{text(view.title)}">{text(view.title)}</td>'
        f'<td class="x-whose">{text(view.whose)}</td><td class="x-when m">{reader.time(view.started_ms)}</td>'
        f'<td class="num x-last">{fmt.lasting(lasted)}{", open" if view.open else ""}</td><td class="num x-who m">{on_it}</td></tr>'
    )
