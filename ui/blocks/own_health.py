"""How the monitor keeps up: its own troubles, its figures with what they mean, two curves, the dead-man's call."""

from __future__ import annotations

from typing import Final

from ui import words
from ui.blocks.spark import mask
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, text
from ui.reader import Reader
from ui.views.own_health import Call, Curve, Line, OwnHealth, SlowCheck, Trouble

WIDE: Final = 280
HIGH: Final = 40
HEADS: Final = (("o-nm", "Figure"), ("o-now", "Now"), ("o-fine", "Fine"), ("", "What it means"))


def troubles(view: OwnHealth, reader: Reader) -> str:
    """What is wrong with the monitor now, with what to do; nothing where all is well."""
    if not view.troubles:
        return ""
    return heading("Troubles of its own", "", "gap") + f'<ul class="flows">{"".join(_trouble(one, reader) for one in view.troubles)}</ul>'


def section(view: OwnHealth) -> str:
    """The figures, those that are not fine first, under two curves of them."""
    lines = map(_line, sorted(view.lines, key=lambda line: not line.wrong))
    figures = table("chk own", "Figures of the monitor itself", HEADS, lines, ("o-nm", "o-now", "o-fine", ""))
    head = heading("How it keeps up", "each figure with what is fine", "gap")
    return f"{head}{_curves(view.curves)}{figures}{_slow(view.slow)}{_call(view.call)}"


def _trouble(view: Trouble, reader: Reader) -> str:
    number = link(words.incident(view.incident), address("incident", id=view.incident))
    head = f'<span class="degraded">{icon("degraded")}</span> <b>{text(view.title)}</b> since {reader.time(view.since_ms)} {number}'
    return f'<li><p>{head}</p><p class="s">{text(view.says)} {text(view.todo)}</p></li>'


def _line(view: Line) -> str:
    meter = "" if view.share is None else f'<i class="fill{" warn" if view.wrong else ""}" style="--v:{view.share * 100:.0f}%"></i>'
    now = f'<td class="o-now{" warn" if view.wrong else ""}">{_mark(view)}{text(view.value)}{meter}</td>'
    what = f"{text(view.means)}{f' <b>{text(view.todo)}</b>' if view.wrong else ''}"
    return f'<tr><th scope="row">{text(view.label)}</th>{now}<td class="s">{text(view.fine)}</td><td class="s">{what}</td></tr>'


def _mark(view: Line) -> str:
    if not view.known:
        return f'<span class="unknown">{icon("unknown")}</span><span class="vh">Unknown: </span>'
    kind, word = ("degraded", "Too far") if view.wrong else ("up", "Fine")
    return f'<span class="{kind}">{icon(kind)}</span><span class="vh">{word}: </span>'


def _curves(curves: tuple[Curve, ...]) -> str:
    return f'<div class="curves">{"".join(map(_curve, curves))}</div>' if curves else ""


def _curve(view: Curve) -> str:
    known = [point for point in view.points if point is not None]
    top, wide = max([*known, 1]) * 1.1, max(1, len(view.points) - 1)
    points = [None if point is None else (WIDE * place / wide, HIGH * (1 - point / top)) for place, point in enumerate(view.points)]
    drawn = (
        f'<i class="curve" role="img" aria-label="{text(f"{view.label}. {view.says}")}" style="--s:{mask(points, WIDE, HIGH, 1.5)}"></i>'
    )
    return f'<div><p><b>{text(view.label)}</b></p>{drawn}<p class="s">{text(view.says)}</p></div>'


def _call(view: Call) -> str:
    said = f'<p class="note"><span class="{view.mark}">{icon(view.mark)}</span> {text(view.says)}</p>'
    return heading("The dead-man’s call", "somebody outside who misses us when we are gone", "gap") + said


def _slow(slow: tuple[SlowCheck, ...]) -> str:
    if not slow:
        return ""
    heads = (("", "Check"), ("", "Should be asked every"), ("", "Is asked every"))
    return heading("Asked too seldom", "the worst five", "gap") + table("chk", "Checks asked too seldom", heads, map(_slowed, slow))


def _slowed(view: SlowCheck) -> str:
    spans = f'<td>{text(view.configured)}</td><td class="warn">{text(view.achieved)}</td>'
    return f'<tr><th scope="row">{text(view.name)}</th>{spans}</tr>'
