"""One day of an integration: its figures, its hours, each open down to single results."""

from __future__ import annotations

from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.integration import kpi
from ui.html import address, heading, link, text
from ui.views.day import Hour, OneDay


def title(view: OneDay) -> str:
    """The day with a step to each side."""
    steps = " · ".join(filter(None, (view.earlier and link("Day before", view.earlier), view.later and link("Day after", view.later))))
    return f"{heading(text(view.title), steps, 'day')}{kpi(view.figures)}"


def hours(lines: tuple[Hour, ...], slug: str, iso: str, chosen: int | None) -> str:
    """The hours of a day: each opens its single results."""
    cells = "".join(_hour(line, slug, iso, chosen) for line in lines)
    return f'{heading("Single results by the hour", "UTC day in your clock; an hour opens", "gap")}<ol class="hours">{cells}</ol>'


def _hour(view: Hour, slug: str, iso: str, chosen: int | None) -> str:
    trouble = [f"{count} {word}" for count, word in ((view.failed, "failed"), (view.slow, "slow"), (view.unknown, "unknown")) if count]
    kind = "down" if view.failed else "degraded" if view.slow else "unknown" if view.unknown else "none" if not view.results else ""
    here = ' aria-current="true"' if view.number == chosen else ""
    said = f"<b>{text(view.label)}</b><span>{view.results or fmt.NONE}</span><span class='t'>{', '.join(trouble)}</span>"
    return f'<li class="{kind}"><a href="{address("integration", id=slug, day=iso, hour=view.number)}"{here}>{said}</a></li>'


def incidents(view: OneDay) -> str:
    """Incidents that touch the day."""
    if not view.incidents:
        return heading("Incidents", "", "gap") + parts.nothing("No incident on this day.")
    lines = "".join(_incident(*line) for line in view.incidents)
    return f'{heading("Incidents", "", "gap")}<ul class="sim">{lines}</ul>'


def _incident(number: int, when: str, what: str) -> str:
    where = link(words.incident(number), address("incident", id=number))
    return f'<li>{where}<span>{text(when)}</span><span class="m">{text(what)}</span></li>'
