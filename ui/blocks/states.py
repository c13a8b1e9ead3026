"""What stands there when there is nothing else: first start, nothing watched, a page that could not be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.html import address, icon, link, text


@dataclass(frozen=True, slots=True)
class Way:
    """A way in: how long it takes, and its address; without one it is told, not offered."""

    icon: str
    what: str
    says: str
    takes: str
    href: str | None = None


def empty(small: str, title: str, below: str, ways: Sequence[Way], last: str) -> str:
    """What is so, what to do, and that the monitor itself is well. `last` is ready markup."""
    listed = "".join(_way(way) for way in ways)
    ways_in = f'<ol class="ways">{listed}</ol>' if ways else ""
    head = f'<p class="m">{text(small)}</p><h1>{text(title)}</h1><p class="sub">{text(below)}</p>'
    return f'<div class="empty">{head}{ways_in}<p class="m">{last}</p></div>'


def _way(way: Way) -> str:
    title = link(text(way.what), way.href, kind="") if way.href else text(way.what)
    go = icon("go") if way.href else ""
    return f'<li>{icon(way.icon)}<div><h2>{title}</h2><p class="s">{way.says}</p><p class="m">{text(way.takes)}</p></div>{go}</li>'


def fault(title: str, says: str) -> str:
    """A page that could not be drawn, and where to look."""
    where = link("The monitor’s own health", address("system"))
    return (
        f'<div class="empty"><p class="m">Not shown</p><h1>{text(title)}</h1><p class="sub">{text(says)}</p><p class="m">{where}</p></div>'
    )


def missing(what: str, says: str) -> str:
    """An address that names nothing we know."""
    wall = link("To the wall", address(""))
    return f'<div class="empty"><p class="m">Not found</p><h1>{text(what)}</h1><p class="sub">{text(says)}</p><p class="m">{wall}</p></div>'
