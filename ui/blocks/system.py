"""The monitor's own health: the answer, figures, configuration problems, blind periods, processes, versions."""

from __future__ import annotations

from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.integration import kpi
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, text
from ui.reader import Reader
from ui.views.monitor import Blind
from ui.views.system import Life, Problem, System


def answer(view: System) -> str:
    """Whether the monitor itself can be trusted now."""
    title = f'<h1><span class="{view.mark}">{icon(view.mark)}</span>{text(view.lead)}</h1>'
    return f'<header class="answer">{title}<p class="sub">{text(view.below)}</p></header>{kpi(view.figures)}'


def body(view: System, reader: Reader) -> str:
    """Problems and blindness left, processes and versions right."""
    left = f"{_configuration(view)}{_notes(view)}{_blind(view.blind, reader)}"
    right = f"{_lives(view.lives, reader)}{heading('Versions')}{parts.pairs(_about(view), 'kv')}"
    return f'<div class="two gap"><div>{left}</div><aside>{right}</aside></div>'


def _about(view: System) -> list[tuple[str, str]]:
    return [(text(name), text(value)) for name, value in view.about]


def _configuration(view: System) -> str:
    head = heading("Configuration", f"<code>{text(view.file)}</code>" if view.file else "")
    if view.valid is None:
        return head + parts.nothing("No configuration has been looked at yet.")
    if not view.problems:
        return f'{head}<p class="note">It is valid, and it is what runs.</p>'
    heads = (("", "Where"), ("", "Key"), ("", "What is wrong"))
    return head + table("chk", "Problems of the configuration", heads, (_problem(problem) for problem in view.problems))


def _problem(view: Problem) -> str:
    near = f' <span class="m">Did you mean <code>{text(view.nearest)}</code>?</span>' if view.nearest else ""
    where = f'<th scope="row"><code>{text(view.where)}</code></th><td><code>{text(view.key)}</code></td>'
    return f"<tr>{where}<td>{text(view.says)}{near}</td></tr>"


def _notes(view: System) -> str:
    if not view.notes:
        return ""
    lines = "".join(f'<li><p><b>{text(title)}</b></p><p class="s">{text(said)}</p></li>' for title, said in view.notes)
    return f'{heading("What it reports", "", "gap")}<ul class="flows">{lines}</ul>'


def _blind(blind: tuple[Blind, ...], reader: Reader) -> str:
    head = heading("Blind periods", "our own network, or nobody probing: unknown in every figure", "gap")
    if not blind:
        return f'{head}<p class="note">None is known.</p>'
    return f'{head}<ul class="sim">{"".join(_period(period, reader) for period in blind)}</ul>'


def _period(view: Blind, reader: Reader) -> str:
    number = link(words.incident(view.incident), address("incident", id=view.incident)) if view.incident else ""
    if view.end_ms is None:
        span = f"since {reader.time(view.start_ms)}"
    else:
        span = f"{reader.time(view.start_ms)} to {reader.time(view.end_ms)}, {fmt.lasting(view.end_ms - view.start_ms)}"
    return f'<li>{number}<span>{span}</span><span class="m">{text(view.why)}</span></li>'


def _lives(lives: tuple[Life, ...], reader: Reader) -> str:
    head = heading("Processes", "of the last day")
    if not lives:
        return f'{head}<p class="note">None has beaten.</p>'
    return f'{head}<ul class="flows">{"".join(_life(life, reader) for life in lives)}</ul>'


def _life(view: Life, reader: Reader) -> str:
    leads = ", leads" if view.leads and view.ended_ms is None else ""
    if view.ended_ms is not None:
        said = f"ended {reader.time(view.ended_ms)}"
    else:
        said = f"since {reader.time(view.started_ms)}, last beat {reader.time(view.beat_ms, seconds=True)}"
    who = f'<b>{text(view.role)}</b>{leads} <span class="m">process {view.pid} on {text(view.host)}</span>'
    return f'<li><p>{who}</p><p class="s">{said}</p></li>'
