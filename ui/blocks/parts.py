"""The small parts that stand in many blocks: status chip, cause chip, tag, banner, definition rows, nothing-to-list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.health import Cause, Status
from ui.html import icon, text
from ui.words import CAUSE, MAINTENANCE, STATUS, Word


def chip(word: Word, said: str | None = None, *, strong: bool = False) -> str:
    """Icon and word in the status colour; `said` replaces the word: `Down · 29 min`."""
    style = ' style="font-weight:600"' if strong else ""
    return f'<span class="st {word.kind}"{style}>{icon(word.icon)}<span>{text(said or word.word)}</span></span>'


def status(of: Status, *, maintained: bool = False, beside: str = "", strong: bool = False) -> str:
    """The chip of a status, with a duration beside it where one is given; maintenance lies over whatever is below it."""
    word = MAINTENANCE if maintained else STATUS[of]
    return chip(word, f"{word.word} · {beside}" if beside else None, strong=strong)


def cause(of: Cause, detail: str = "") -> str:
    """The cause chip: neutral, because the cause is data and the status has the colour."""
    word = CAUSE[of]
    return f'<span class="chip">{icon(word.icon)}<b>{text(word.word)}</b>{text(detail)}</span>'


def tag(label: str) -> str:
    return f'<span class="tag">{text(label)}</span>'


def environment(name: str) -> str:
    """A tag, only where it is not production."""
    return "" if name == "production" else tag(name)


class Ground(StrEnum):
    """The ground of a banner: amber only for our own network."""

    NEUTRAL = ""
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Banner:
    """What, what it means for the numbers, one link: plain text but for the ready `link`."""

    icon: str
    what: str
    means: str
    link: str = ""
    ground: Ground = Ground.NEUTRAL


def banner(view: Banner) -> str:
    body = f"<p><b>{text(view.what)}</b> {text(view.means)}</p>"
    return f'<div class="banner {view.ground}" role="status">{icon(view.icon)}{body}{view.link}</div>'


def nothing(what: str, then: str = "") -> str:
    """What is not there, and the one thing to do; `then` is ready markup."""
    return f'<p class="nothing"><b>{text(what)}</b> {then}</p>'


def pairs(rows: Iterable[tuple[str, str]], kind: str) -> str:
    """A definition list of ready labels and values."""
    body = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in rows)
    return f'<dl class="{kind}">{body}</dl>'


LEGEND: Final = (
    ("up", ""),
    ("slow", "linear-gradient(0deg,var(--degraded) 58%,var(--up-rest) 0)"),
    ("down, not ours", "var(--down)"),
    ("down, ours", "linear-gradient(180deg,var(--down) 42%,var(--up-rest) 0)"),
    ("maintenance", "repeating-linear-gradient(0deg,var(--maint) 0 2px,#0000 2px 4px)"),
    ("no data", "linear-gradient(0deg,var(--none) 3px,#0000 0)"),
)


def legend(*, corrected: bool = False) -> str:
    """What the forms of a day mean; rails are explained only where there are any."""
    rails = '<span><i class="co"></i>corrected by hand</span>' if corrected else ""
    return f'<p class="legend">{"".join(_key(word, fill) for word, fill in LEGEND)}{rails}</p>'


def _key(word: str, fill: str) -> str:
    style = f' style="background:{fill}"' if fill else ""
    return f"<span><i{style}></i>{word}</span>"
