"""One integration: verdict line, six figures, then everything that proves them."""

from __future__ import annotations

from fractions import Fraction

from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, outside, text
from ui.reader import Reader
from ui.views.integration import CheckLine, Clock, Figure, Guarantee, Head, Integration, PageWord, Promise


def head(view: Head, reader: Reader, figures: tuple[Figure, ...] = (), *, here: str = "") -> str:
    """Crumb, name, links, verdict line and figures; `here` names what is open below the integration."""
    wall, category = link("Wall", address("")), link(text(view.category), address("", category=view.category))
    crumb = f'{wall} <span class="m">/</span> {category}'
    if here:
        crumb += (
            f' <span class="m">/</span> {link(text(view.name), address("integration", id=view.slug))} <span class="m">/ {text(here)}</span>'
        )
    title = f'<div class="row1"><h1>{text(view.name)} {parts.tag(view.environment)}</h1><p class="links">{_links(view)}</p></div>'
    return f'<div class="hero-int"><p class="crumb">{crumb}</p>{title}{_verdict(view, reader)}{kpi(figures)}</div>'


def _links(view: Head) -> str:
    """A runbook may be words instead of an address."""
    book, page = outside("Runbook", view.runbook), outside("Status page", view.status_page)
    words_only = f"<span>{icon('file')}<span class='s'>{text(view.runbook)}</span></span>" if view.runbook and not book else ""
    shown = "".join(f"<span>{icon('ext')}{markup}</span>" for markup in (book, page) if markup)
    owner = f'Owner <span class="s">{text(view.owner)}</span>' if view.owner else "No owner is set"
    return f'{words_only}{shown}<span class="m">{owner}</span>'


def _verdict(view: Head, reader: Reader) -> str:
    lasted = fmt.lasting(reader.now_ms - view.since_ms) if view.since_ms is not None else ""
    state = parts.status(view.status, maintained=view.maintained, beside=lasted)
    whose = f"<b>{text(view.whose)}</b>" if view.whose else ""
    why = f'<span class="s">{text(view.why)}</span>' if view.why else ""
    incident = ""
    if view.incident is not None:
        incident = link(f"{words.incident(view.incident)}, {text(view.incident_says)}", address("incident", id=view.incident))
    removed = (
        f'<span class="s">Removed from the configuration on {reader.day(view.archived_ms)}; its history is kept.</span>'
        if view.archived_ms
        else ""
    )
    return f'<p class="vline">{state}{whose}{why}{incident}{removed}</p>'


def kpi(figures: tuple[Figure, ...]) -> str:
    """The figures in their frame."""
    if not figures:
        return ""
    return f'<dl class="kpi">{"".join(_figure(figure) for figure in figures)}</dl>'


def _figure(view: Figure) -> str:
    kind = f" class={view.kind}" if view.kind else ""
    return f'<div><dt>{text(view.label)}</dt><dd{kind}>{text(view.value)}</dd><dd class="m">{text(view.note)}</dd></div>'


def checks(lines: tuple[CheckLine, ...], reader: Reader) -> str:
    """Configured against achieved interval, check by check."""
    late = sum(line.late for line in lines)
    note = f"{len(lines)}, all on time" if not late else f"{len(lines)}, {late} behind"
    names = (("", "Status"), ("", "Check"), ("num", "Every"), ("num", "Achieved"), ("num", "p95, 24 h"), ("num x-loc", "Places"))
    return heading("Checks", note, "gap") + table("chk", "Checks of this integration", names, (_check(line, reader) for line in lines))


def _check(view: CheckLine, reader: Reader) -> str:
    achieved = fmt.NONE if view.achieved_ms is None else _achieved(view.achieved_ms)
    note = f"<br><span class=m>{text(view.note)}</span>" if view.note else ""
    counts = "" if view.counts else f" {parts.tag('does not count')}"
    asks = f'<br><code class="m">{text(view.asks)}</code>' if view.asks else ""
    asks += (
        f'<br><span class="m">is called at <code>{text(view.called_at)}</code>, or below it /start and /fail</span>'
        if view.called_at
        else ""
    )
    asks += f'<br><span class="m">next call due by {reader.time(view.due_ms)}</span>' if view.due_ms is not None else ""
    return (
        f'<tr><td>{parts.status(view.status)}</td><th scope="row"><b>{text(view.name)}</b>{counts}{asks}</th>'
        f'<td class="num">{fmt.interval(view.every_ms)}</td><td class="num{" warn" if view.late else ""}">{achieved}{note}</td>'
        f'<td class="num">{fmt.latency(view.p95_us)}</td><td class="num x-loc">{view.places}</td></tr>'
    )


def _achieved(ms: int) -> str:
    if ms < 120_000:
        return f"{ms / 1000:.1f}{fmt.GAP}s"
    return f"{ms / 60_000:.1f}{fmt.GAP}min" if ms < 7_200_000 else f"{ms / 3_600_000:.1f}{fmt.GAP}h"


def clocks(lines: tuple[Clock, ...]) -> str:
    """What runs out, and when."""
    if not lines:
        return (
            f'{heading("Clocks")}<p class="note">Nothing here is known to run out: no key, certificate, quota or version told its end.</p>'
        )
    return f'{heading("Clocks")}<ul class="clocks">{"".join(_clock(line) for line in lines)}</ul>'


def _clock(view: Clock) -> str:
    left = int(max(Fraction(0), min(Fraction(1), view.left)) * 100) if view.left is not None else None
    meter = f'<i style="--v:{left}%"></i>' if left is not None else ""
    what = f'<div><p><b>{text(view.what)}</b> <span class="m">{text(view.about)}</span></p>{meter}</div>'
    ends = f'<div class="num"><p><b>{text(view.big)}</b></p><p class="m">{text(view.small)}</p></div>'
    return f'<li class="{view.urgency}">{icon(view.icon)}{what}{ends}</li>'


def guarantee(view: Guarantee | None) -> str:
    """How soon we notice, as a sentence with the settings it follows from."""
    if view is None:
        return f'{heading("How soon we notice")}<p class="note">No check counts here, so nothing is promised.</p>'
    return f'{heading("How soon we notice")}<p class="note">{text(view.says)} <b>{text(view.strong)}</b> {text(view.after)}</p>'


def word(view: PageWord | None, name: str, reader: Reader) -> str:
    """The vendor's own word, beside ours."""
    if view is None:
        return f'{heading(f"{text(name)}’s own word")}<p class="note">Its status page is not read here.</p>'
    head = heading(f"{text(name)}’s own word", f"read {reader.time(view.read_ms)}")
    said = parts.chip(words.MAINTENANCE if view.maintenance else words.STATUS[view.status], view.headline)
    where = outside("Open it", view.link)
    after = f'<p class="s">{text(view.after)}</p>' if view.after else ""
    return f'{head}<div class="note"><p class="word">{said}</p>{after}{f"<p>{where}</p>" if where else ""}</div>'


def promise(view: Promise | None) -> str:
    """What was promised, and where it is written."""
    if view is None:
        return f'{heading("Promise")}<p class="note">No promise is written down. Set a target or a contract in the configuration.</p>'
    source = outside("Where it is written", view.source)
    read = f' <span class="m">Read on {text(view.read_on)}.</span>' if view.read_on else ""
    links = " · ".join(filter(None, (source, link("This month", address("sla")))))
    return f'{heading("Promise")}<p class="note"><b>{text(view.strong)}</b> {text(view.says)}{read} {links}</p>'


def aside(view: Integration, reader: Reader) -> str:
    """The side column."""
    ours = all(line.called_at for line in view.checks)  # jobs that call us have no vendor with a page
    said = "" if ours else word(view.word, view.head.name, reader)
    sections = (clocks(view.clocks), guarantee(view.guarantee), said, promise(view.promise))
    return f"<aside>{''.join(sections)}</aside>"
