"""The incident: the verdict is its title, the facts stand under it, the timeline runs newest first."""

from __future__ import annotations

from statistics import median
from typing import Final

from core.health import Status
from core.ledger import IncidentKind
from core.verdict import Speaks
from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.html import address, heading, icon, link, outside, text
from ui.reader import Reader
from ui.views.incident import Before, Cost, FactLine, Incident, Member, Moment, Proof, Step

_VOICE: Final = {
    Speaks.FOR: ("ok", "check", "speaks for it"),
    Speaks.AGAINST: ("bad", "x", "speaks against it"),
    Speaks.SILENT: ("na", "dash", "silent"),
}
_NO_FLOW: Final = {
    IncidentKind.GROUP: "Whoever uses one of the vendors in this group.",
    IncidentKind.BLIND: "Our own sight, not a vendor.",
    IncidentKind.MONITOR: "Whoever relies on this monitor.",
}
_AGAIN: Final = {
    Status.DOWN: ("Up again", "was down"),
    Status.DEGRADED: ("Fast again", "was slow"),
    Status.UNKNOWN: ("Seen again", "could not be judged"),
}


def hero(view: Incident, reader: Reader) -> str:
    """State and since; the verdict as the title; what fails; at the right who has it."""
    severity = f'<span class="chip"><b>SEV {view.severity}</b></span>'
    state = f'<p class="vline">{_state(view, reader)}<span class="s">{_span(view, reader)}</span>{severity}</p>'
    title = f'<h1>{text(view.whose)} <span class="q">{text(view.headline)}</span></h1>'
    sub = f'<p class="sub">{text(view.failing)}</p>' if view.failing else ""
    return f'<div class="hero">{_crumb(view)}<div class="vd"><div>{state}{title}{sub}</div>{_side(view, reader)}</div></div>'


def _crumb(view: Incident) -> str:
    where = f' <span class="m">/</span> {link(text(view.name), address("integration", id=view.slug))}' if view.slug else ""
    wall, incidents = link("Wall", address("")), link("Incidents", address("incident"))
    return f'<p class="crumb">{wall} <span class="m">/</span> {incidents}{where} <span class="m">/ {words.incident(view.id)}</span></p>'


def _state(view: Incident, reader: Reader) -> str:
    if view.open:
        return parts.status(view.status, beside=fmt.lasting(reader.now_ms - view.started_ms), strong=True)
    lasted = fmt.lasting((view.end_ms or view.started_ms) - view.started_ms)
    if view.closed_as not in (None, "recovered"):
        return parts.chip(words.STATUS[Status.UNKNOWN], f"Closed, {view.closed_as} · after {lasted}", strong=True)
    again, was = _AGAIN.get(view.status, _AGAIN[Status.DOWN])
    return parts.chip(words.STATUS[Status.UP], f"{again} · {was} {lasted}", strong=True)


def _span(view: Incident, reader: Reader) -> str:
    where = text(f"{view.name}, {view.environment}" if view.kind is IncidentKind.VENDOR else view.name)
    if view.open or view.end_ms is None:
        return f"{where} · since {reader.time(view.started_ms, seconds=True)}"
    return f"{where} · {reader.time(view.started_ms, seconds=True)} to {reader.time(view.end_ms, seconds=True)}"


def _side(view: Incident, reader: Reader) -> str:
    late_ms = view.opened_ms - view.started_ms
    after = f"{fmt.lasting(late_ms)} after it began" if late_ms >= 1_000 else "as it began"
    rows = [("Opened", f"{reader.time(view.opened_ms, seconds=True)}, {after}")]
    rows.append(("On it", _on_it(view, reader)))
    if view.end_ms is not None and not view.open:
        rows.append(("Resolved", reader.time(view.end_ms, seconds=True)))
    rows += [("Owner", text(view.owner))] if view.owner else []
    rows += [("Flows hit", text(", ".join(view.flows)))] if view.flows else []
    rows += [("Told in", link(words.incident(view.group), address("incident", id=view.group)))] if view.group else []
    return parts.pairs(rows, "side")


def _on_it(view: Incident, reader: Reader) -> str:
    if view.on_it is None or view.on_it_ms is None:
        return '<span class="warn">nobody yet</span>' if view.open else "nobody was"
    after = fmt.lasting(view.on_it_ms - view.opened_ms)
    return f'{text(view.on_it)} <span class="m">(not verified)</span>, since {reader.time(view.on_it_ms)}, after {after}'


def facts(view: Incident, reader: Reader) -> str:
    """What the verdict rests on, and what would change it."""
    if not view.facts:
        return heading("What the verdict rests on") + parts.nothing(
            "Nothing has been judged yet.", "A verdict follows within one canary round."
        )
    rule = f"rule {view.rule} of the verdict table" if view.rule else ""
    lines = "".join(_fact(fact, reader) for fact in view.facts)
    turn = f'<p class="turn"><b>What would change it.</b> {text(view.would_change)}</p>' if view.would_change else ""
    return f'{heading("What the verdict rests on", rule)}<ul class="facts">{lines}</ul>{turn}'


def _fact(view: FactLine, reader: Reader) -> str:
    kind, name, voice = _VOICE[view.speaks]
    at = reader.time(view.at_ms, seconds=True) if view.at_ms is not None else ""
    said = f'<b>{text(view.sentence)}</b> <span class="s">{text(view.figures)}</span> <span class="vh">({voice})</span>'
    return f'<li class="{kind}">{icon(name)}<p>{said}</p><span class="m at">{at}</span></li>'


def todo(view: Incident) -> str:
    """What to do, by whose it is; the runbook first where there is one."""
    if not view.steps:
        return ""
    book = outside("the runbook", view.runbook)
    if view.kind is IncidentKind.MONITOR:
        return f'{heading("What to do", "", "gap")}<ol class="todo">{"".join(_step(step) for step in view.steps)}</ol>'
    beside = f"and {book}" if book else f"runbook: {text(view.runbook)}" if view.runbook else "no runbook is set for this integration"
    return f'{heading("What to do", beside, "gap")}<ol class="todo">{"".join(_step(step) for step in view.steps)}</ol>'


def _step(view: Step) -> str:
    where = outside(view.url_label, view.url)
    how = f' <span class="s">{text(view.how)}</span>' if view.how else ""
    return f"<li><p><b>{text(view.what)}</b>{how}{f' {where}' if where else ''}</p></li>"


def members(view: Incident, reader: Reader) -> str:
    """The incidents whose message this group owns."""
    if not view.members:
        return ""
    lines = "".join(_member(member, reader) for member in view.members)
    return f'{heading("In this group", fmt.plural(len(view.members), "incident"), "gap")}<ul class="flows">{lines}</ul>'


def _member(view: Member, reader: Reader) -> str:
    where = link(words.incident(view.id), address("incident", id=view.id))
    since = f"since {reader.time(view.started_ms)}{'' if view.open else ', over'}"
    return f'<li><p>{where} <b>{text(view.name)}</b> <span class="s">{since}</span></p></li>'


def timeline(view: Incident, reader: Reader) -> str:
    """Newest first."""
    lines = "".join(_moment(moment, view.started_ms, reader) for moment in view.timeline)
    body = f'<ol class="tl">{lines}</ol>' if lines else parts.nothing("Nothing has been noted yet.")
    return heading("Timeline", "", "gap") + body


def _moment(view: Moment, day_ms: int, reader: Reader) -> str:
    """The day is said where it is not the incident's."""
    there = reader.at(view.at_ms).date() == reader.at(day_ms).date()
    at = reader.clock(view.at_ms, seconds=True) if there else reader.time(view.at_ms)
    detail = f'<p class="s">{text(view.detail)}</p>' if view.detail else ""
    return f'<li class="{view.kind}">{at}<i></i><div><p><b>{text(view.said)}</b></p>{detail}</div></li>'


def aside(view: Incident, reader: Reader) -> str:
    """Who feels it, what it costs, whether it was seen before, and the way to the evidence."""
    return f"<aside>{_feels(view)}{_costs(view.costs)}{_before(view, reader)}{_proofs(view, reader)}</aside>"


def _feels(view: Incident) -> str:
    if not view.flows:
        said = _NO_FLOW.get(view.kind, "No business flow is named for this integration.")
        return f'{heading("Who feels it")}<p class="note">{said}</p>'
    lines = "".join(f"<li><p><b>{text(flow)}</b></p></li>" for flow in view.flows)
    return f'{heading("Who feels it")}<ul class="flows">{lines}</ul>'


def _costs(costs: tuple[Cost, ...]) -> str:
    if not costs:
        return ""
    rows = "".join(
        f"<div><dt>{text(cost.label)}</dt><dd{' class=out' if cost.over else ''}>{text(cost.value)}</dd></div>" for cost in costs
    )
    return f'{heading("What it costs")}<dl class="kv">{rows}</dl>'


def _before(view: Incident, reader: Reader) -> str:
    if view.slug is None:
        return ""
    before: tuple[Before, ...] = view.before
    head = heading("Seen before", "same integration, same cause")
    if not before:
        return f'{head}<p class="note">Not in the last 90 days.</p>'
    lines = "".join(
        f"<li>{link(words.incident(line.id), address('incident', id=line.id))}"
        f'<span>{reader.day(line.started_ms)}, {fmt.lasting(line.lasted_ms)}</span><span class="m">{text(line.said)}</span></li>'
        for line in before
    )
    middle = fmt.lasting(int(median(line.lasted_ms for line in before)))
    return f'{head}<ul class="sim">{lines}</ul><p class="m small">Median {middle}.</p>'


def _proofs(view: Incident, reader: Reader) -> str:
    if not view.proofs:
        return ""
    return f'{heading("Evidence")}<p class="note">{"<br>".join(_proof(proof, view, reader) for proof in view.proofs)}</p>'


def _proof(proof: Proof, view: Incident, reader: Reader) -> str:
    return link(
        f"{text(proof.label)}, {reader.time(proof.at_ms, seconds=True)}", address("integration", id=view.slug, result=proof.reference)
    )


def body(view: Incident, reader: Reader) -> str:
    """Everything below the actions."""
    main = f"{facts(view, reader)}{todo(view)}{members(view, reader)}{timeline(view, reader)}"
    return f'<div class="two inc"><div>{main}</div>{aside(view, reader)}</div>'
