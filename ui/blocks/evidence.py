"""Failures with their evidence: a summary line each, the exchange inside; and one result on a page of its own."""

from __future__ import annotations

from core.health import Status
from core.redact import PLACEHOLDER
from ui import format as fmt
from ui.blocks import parts
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, text
from ui.reader import Reader
from ui.views.day import OneResult, ResultRow
from ui.views.integration import Exchange, Failure


def failures(lines: tuple[Failure, ...], note: str, slug: str, reader: Reader) -> str:
    """Newest first; the newest is open."""
    head = heading("Failures", note)
    if not lines:
        return head + parts.nothing("No failure in 90 days.")
    return head + "".join(_failure(line, slug, reader, opened=place == 0) for place, line in enumerate(lines))


def _failure(view: Failure, slug: str, reader: Reader, *, opened: bool) -> str:
    where = address("integration", id=slug, result=view.reference)
    note = f'<p class="m">{_kept(view)}{link("Link to this result", where)}</p>'
    said = f'<p class="s">{text(view.said)}</p>' if view.said else ""
    body = f'<div class="evb">{said}{exchange(view.exchange, view.said)}{note}</div>'
    return f'<details class="ev"{" open" if opened else ""}><summary>{_summary(view, reader)}</summary>{body}</details>'


def _summary(view: Failure, reader: Reader) -> str:
    chip = parts.cause(view.cause, view.detail) if view.cause else parts.status(view.status)
    return (
        f'<span class="t">{reader.time(view.at_ms, seconds=True)}</span>{chip}<span class="w">{text(view.check)}</span>'
        f'<span class="m">{text(view.place)}</span><span class="num">{fmt.latency(view.total_us)}</span>'
        f'<span class="m n">{text(view.note)}</span>{icon("go")}'
    )


def _kept(view: Failure) -> str:
    return "Kept because it failed · secrets removed before writing · " if view.exchange else "Its exchange is not kept · "


def exchange(view: Exchange | None, said: str = "") -> str:
    """Phases as a definition list, then what went over the wire with each secret marked; `said` stands above it already."""
    if view is None:
        return ""
    rows = [(text(label), text(value)) for label, value in (*view.phases, *view.facts)]
    phases = parts.pairs(rows, "ph") if rows else ""
    wire = "\n\n".join(filter(None, (view.request.strip(), view.response.strip())))
    error = f'<p class="s">{text(view.error)}</p>' if view.error and view.error != said else ""
    return f"{phases}{error}{f'<pre tabindex=0>{_marked(wire)}</pre>' if wire else ''}"


def _marked(wire: str) -> str:
    """Escaped first; our own mark of a redaction is then lifted out of the text."""
    return text(wire).replace(PLACEHOLDER, "<mark>redacted</mark>")


def one(view: OneResult, reader: Reader) -> str:
    """One result with everything that is kept of it."""
    line = view.failure
    state = parts.status(line.status, strong=True) + (parts.cause(line.cause, line.detail) if line.cause else "")
    where = f'<span class="s">{text(view.integration)}, {text(line.check)}, from {text(line.place)}</span>'
    title = f"{reader.time(line.at_ms, seconds=True)} <span class='q'>{fmt.latency(line.total_us) if line.total_us else 'no answer'}</span>"
    said = f'<p class="sub">{text(line.said)}</p>' if line.said else ""
    steps = " · ".join(filter(None, (view.earlier and link("Earlier", view.earlier), view.later and link("Later", view.later))))
    hero = f'<div class="hero"><p class="vline">{state}{where}</p><h1>{title}</h1>{said}</div>'
    return f'{hero}<p class="m steps">{steps}</p>{_notes(view)}{exchange(line.exchange, line.said)}'


def _notes(view: OneResult) -> str:
    notes = []
    if view.manual:
        notes.append("Asked for by a person: recorded, never counted.")
    if not view.fit:
        notes.append("Our own machine was slow: the latency is left out of every percentile.")
    if view.late_ms >= 1_000:
        notes.append(f"Started {fmt.latency(view.late_ms * 1_000)} after it was due.")
    if not view.kept:
        reason = "it was well, as the one before it" if view.failure.status is Status.UP else "evidence is kept for failures and changes"
        notes.append(f"What went over the wire is not kept: {reason}.")
    return "".join(f'<p class="note">{note}</p>' for note in notes)


def results(rows: tuple[ResultRow, ...], slug: str, reader: Reader, *, more: bool = False) -> str:
    """Single results as a table, oldest first; each opens."""
    if not rows:
        return parts.nothing("No result in this hour.", "Time without results is unknown: neither up nor down.")
    names = (("", "At"), ("", "Status"), ("", "Check"), ("x-loc", "Place"), ("", "Cause"), ("num", "Took"))
    note = '<p class="m">The first 500 are shown.</p>' if more else ""
    return table("chk res", "Single results", names, (_result(row, slug, reader) for row in rows)) + note


def _result(row: ResultRow, slug: str, reader: Reader) -> str:
    where = address("integration", id=slug, result=row.reference)
    cause = parts.cause(row.cause) if row.cause else ""
    unfit = "" if row.fit else ' <span class="m" title="Our own machine was slow">(unfit)</span>'
    took = f"{fmt.latency(row.total_us)}{unfit}"
    asked = ' <span class="m">asked for</span>' if row.manual else ""
    return (
        f'<tr><th scope="row">{link(reader.clock(row.at_ms, seconds=True), where)}</th><td>{parts.status(row.status)}</td>'
        f'<td>{text(row.check)}{asked}</td><td class="x-loc m">{text(row.place)}</td><td>{cause}</td><td class="num">{took}</td></tr>'
    )
