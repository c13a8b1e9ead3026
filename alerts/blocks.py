"""A message as Slack's Block Kit: header = state, first line = verdict, four fields, evidence only while open, links."""

from __future__ import annotations

from typing import Final

from alerts import words
from alerts.message import IncidentView, Message, Notice
from alerts.slack_text import HEADER_LIMIT, SECTION_LIMIT, Block, button, link, mrkdwn, plain, web_address
from core.escape import slack_escape
from core.health import Status
from core.ledger import IncidentKind

# Slack takes 3,000 characters a section and, not documented, 13,200 in all.
EVIDENCE_LIMIT: Final = 1500
TIMELINE_LINES: Final = 20
TIMELINE_LIMIT: Final = 2500
MEMBERS_SHOWN: Final = 30
_OPEN: Final = {Status.DOWN: "🔴", Status.DEGRADED: "🟠", Status.UNKNOWN: "⚪", Status.UP: "⚪"}


def slack_form(message: Message) -> tuple[str, list[Block]]:
    """The notification's line and the blocks."""
    if isinstance(message.about, Notice):
        blocks = _notice(message.about, message)
    elif message.about.group is not None and message.about.open:
        blocks = [_member(message.about)]
    else:
        blocks = _incident(message.about, message)
    return slack_escape(words.subject(message), 1000), blocks


def slack_lines(lines: list[str]) -> str:
    """Timeline lines as one thread reply."""
    return slack_escape("\n".join(lines), SECTION_LIMIT)


def _incident(view: IncidentView, message: Message) -> list[Block]:
    parts: list[Block | None] = [
        _header(view),
        _verdict(view, message),
        _section(f"*{slack_escape(words.reminder(view, message), 500)}*") if message.reminds and view.open else None,
        _fields(view),
        _vendor(view),
        _members(view),
        _burning(view),
        _evidence(view),
        _timeline(view, message) if message.late else None,
        _links(view),
        {"type": "context", "elements": [mrkdwn(slack_escape(words.footer(message), 1000))]},
    ]
    return [part for part in parts if part is not None]


def _member(view: IncidentView) -> Block:
    """Its group owns the message: one line that names the group."""
    group = slack_escape(view.group_name or words.number(view.group or 0), 300)
    return _section(f"{slack_escape(words.headline(view), 300)}: told in *{group}*. {link(view.link, words.number(view.id))}")


def _header(view: IncidentView) -> Block:
    mark = "✅" if not view.open else "🟡" if view.acknowledged_ms is not None else _OPEN[view.status]
    return {"type": "header", "text": plain(f"{mark} {words.headline(view)}", HEADER_LIMIT)}


def _verdict(view: IncidentView, message: Message) -> Block:
    return _section(f"*{slack_escape(words.verdict_line(view), 600)}*\n{slack_escape(words.what_and_when(view, message), 1000)}")


def _fields(view: IncidentView) -> Block | None:
    fields = [
        ("Hits" if view.open else "Hit", slack_escape(", ".join(view.flows), 500)),
        _do(view),
        ("Rests on", slack_escape(words.rests_on(view), 1200)),
        ("", "")
        if view.budget is None
        else (f"Budget, {slack_escape(view.budget.period, 40)}", slack_escape(words.budget(view.budget), 200)),
    ]
    told = [mrkdwn(f"*{name}*\n{text}") for name, text in fields if text]
    return {"type": "section", "fields": told} if told else None


def _do(view: IncidentView) -> tuple[str, str]:
    if not view.open:
        return "Found", slack_escape(f"after {words.lasting(view.opened_ms - view.started_ms)}", 100)
    if view.acknowledged_ms is not None:
        return "On it", slack_escape(view.acknowledged_by or "somebody", 200)
    return "Do", link(view.runbook, "Follow the runbook") if web_address(view.runbook) else slack_escape(view.runbook or "", 600)


def _vendor(view: IncidentView) -> Block | None:
    if view.page is None or not view.page.headline:
        return None
    source = link(view.page.link, "their page") if web_address(view.page.link) else "their page"
    vendor = slack_escape(view.provider_name or view.name, 100)
    return _section(f"*{vendor} {'says' if view.open else 'said'}*\n“{slack_escape(view.page.headline, 1000)}” · {source}")


def _members(view: IncidentView) -> Block | None:
    if view.kind is not IncidentKind.GROUP or not view.members:
        return None
    more = len(view.members) - MEMBERS_SHOWN
    names = ", ".join(view.members[:MEMBERS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return _section(f"*Which*\n{slack_escape(names, 1500)}")


def _burning(view: IncidentView) -> Block | None:
    names = words.burning(view)
    return _section(f"*{words.burning_title(view)}*\n{slack_escape(names, 1500)}") if names else None


def _evidence(view: IncidentView) -> Block | None:
    if not view.open or not view.evidence.strip():
        return None
    lines = (plain(line, 300)["text"] for line in view.evidence.strip().splitlines()[:40])
    text = "\n".join(lines)
    shown = text if len(text) <= EVIDENCE_LIMIT else text[: EVIDENCE_LIMIT - 1] + "…"
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}],
    }


def _timeline(view: IncidentView, message: Message) -> Block | None:
    lines = words.timeline(view, message)
    left_out = [f"({len(lines) - TIMELINE_LINES} earlier lines on its page)"] if len(lines) > TIMELINE_LINES else []
    text = slack_escape("\n".join([*left_out, *lines[-TIMELINE_LINES:]]), TIMELINE_LIMIT)
    return _section(f"*Timeline*\n{text}") if text else None


def _links(view: IncidentView) -> Block | None:
    wanted = [("Open incident", view.link, "open")]
    if view.open:
        wanted += [("Evidence", view.evidence_link, "evidence"), ("Runbook", view.runbook, "runbook")]
    buttons = [button(label, address, action) for label, url, action in wanted if (address := web_address(url))]
    return {"type": "actions", "elements": buttons} if buttons else None


def _notice(notice: Notice, message: Message) -> list[Block]:
    fields = [mrkdwn(f"*{slack_escape(name, 100)}*\n{slack_escape(value, 800)}") for name, value in list(notice.fields.items())[:10]]
    address = web_address(notice.link)
    parts: list[Block | None] = [
        {"type": "header", "text": plain(notice.title, HEADER_LIMIT)},
        _section(slack_escape(notice.sentence, SECTION_LIMIT)),
        {"type": "section", "fields": fields} if fields else None,
        {"type": "actions", "elements": [button("Open", address, "open")]} if address else None,
        {"type": "context", "elements": [mrkdwn(slack_escape(words.footer(message), 1000))]},
    ]
    return [part for part in parts if part is not None]


def _section(text: str) -> Block:
    return {"type": "section", "text": mrkdwn(text)}
