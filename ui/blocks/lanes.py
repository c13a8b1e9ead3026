"""The timeline strip and the large days: the same scale under each other, hatched where nothing was seen."""

from __future__ import annotations

from typing import Final

from ui import format as fmt
from ui.blocks import parts
from ui.html import address, heading, text
from ui.views.integration import Day, Days, Lane, Stretch, Strip

_FILL: Final = {"u": "var(--up-rest)", "s": "var(--degraded)", "d": "var(--down)", "o": "var(--down)"}
_HATCH: Final = {"m": "mt", "-": "nd"}
_DAY: Final = {"u": "u", "s": "g", "d": "d", "o": "o", "m": "m", "-": "n"}


def strip(view: Strip) -> str:
    """One lane under the other, and the axis under all."""
    ticks = "".join(f"<span>{text(tick)}</span>" for tick in view.ticks)
    return f'{"".join(_lane(lane) for lane in view.lanes)}<div class="axis lane-axis" aria-hidden="true">{ticks}</div>'


def _lane(view: Lane) -> str:
    stops = ",".join(f"{_FILL.get(part.letter, '#0000')} {part.start:.3%} {part.end:.3%}" for part in view.stretches)
    hatched = "".join(_hatch(part) for part in view.stretches if part.letter in _HATCH)
    said = text(f"{view.who}: {view.says}")
    hatched += "".join(f'<i class="co" style="left:{part.start:.3%};width:{part.end - part.start:.3%}"></i>' for part in view.corrected)
    fill = f"linear-gradient(90deg,{stops or '#0000 0 100%'})"
    bar = f'<span class="bar" role="img" aria-label="{said}" title="{said}" style="background:{fill}">{hatched}</span>'
    return f'<div class="lane"><span class="who">{text(view.who)}</span>{bar}</div>'


def _hatch(part: Stretch) -> str:
    return f'<i class="{_HATCH[part.letter]}" style="left:{part.start:.3%};width:{part.end - part.start:.3%}"></i>'


def days(view: Days, slug: str, chosen: str | None = None) -> str:
    """Ninety links, each to its day."""
    beside = f"{fmt.percent(view.share)} · seen {fmt.coverage(view.seen)} · {text(view.policy)} policy"
    legend = parts.legend(corrected=any(day.corrected for day in view.days))
    head = heading("90 days", f'{beside}</span><span class="sp"></span>{legend}<span>')
    links = "".join(_day(day, slug, chosen) for day in view.days)
    ticks = "".join(f"<span>{text(tick)}</span>" for tick in view.ticks)
    return f'{head}<p class="vh">{text(view.says)}</p><div class="days">{links}</div><div class="axis" aria-hidden="true">{ticks}</div>'


def _day(view: Day, slug: str, chosen: str | None) -> str:
    said = text(view.says)
    here = ' aria-current="date"' if view.iso == chosen else ""
    where = address("integration", id=slug, day=view.iso)
    kind = f"{_DAY[view.letter]} co" if view.corrected else _DAY[view.letter]
    return f'<a class="{kind}" href="{where}" title="{said}" aria-label="{said}"{here}></a>'
