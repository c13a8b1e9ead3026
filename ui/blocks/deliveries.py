"""What was said where: channels with their circuit breaker, what waits, dead letters, and every attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.delivery import ChannelHealth
from core.ledger import AlertKind
from storage.rows import AlertLine, DeliveryRow
from ui import format as fmt
from ui import words
from ui.blocks import parts
from ui.blocks.tables import table
from ui.html import address, heading, icon, link, text
from ui.reader import Reader
from ui.said import Said
from ui.words import Word

KINDS: Final = {
    AlertKind.OPENED: "opened",
    AlertKind.UPDATED: "updated",
    AlertKind.REMINDER: "reminder",
    AlertKind.RESOLVED: "resolved",
    AlertKind.BUDGET: "budget warning",
    AlertKind.FAST_BURN: "fast burn",
    AlertKind.BLIND: "was blind",
    AlertKind.TEST: "test",
}
_TAKES: Final = Word("Takes messages", "up", "up")
_OPEN: Final = Word("Circuit open", "down", "down")
_PAUSED: Final = Word("Paused by the channel", "clock", "degraded")
_FRESH: Final = Word("Not used yet", "dash", "unknown")
_GONE: Final = Word("Declared no more", "dash", "unknown")
CHANNELS: Final = {"slack": "Slack, bot token", "slack_webhook": "Slack, incoming webhook", "smtp": "E-mail", "webhook": "Webhook"}
_HEAD: Final = (
    ("", "At"),
    ("", "Result"),
    ("", "Channel"),
    ("", "What"),
    ("x-of", "Integration"),
    ("", "Incident"),
    ("num x-try", "Try"),
    ("num", "Took"),
    ("x-what", "Answer"),
)
_COLUMNS: Final = ("v-at", "v-st", "v-ch", "v-kind", "v-of", "v-inc", "v-try", "v-took", "v-what")
_CHANNEL_HEAD: Final = (("", "State"), ("", "Channel"), ("num", "Waiting"), ("", "Last delivered"), ("x-what", "Last error"))


def answer(view: Said, reader: Reader) -> str:
    """Whether every message reached its channel, and whether there is one at all."""
    waiting, broken = sum(view.waiting.values()), [channel.channel for channel in view.channels if channel.opened_ms is not None]
    if broken:
        verb = "does" if len(broken) == 1 else "do"
        mark, lead = "down", f"{fmt.series([text(name) for name in broken])} {verb} not take messages."
    elif view.dead:
        mark, lead = "degraded", f"{fmt.plural(len(view.dead), 'message')} could not be delivered."
    elif waiting:
        mark, lead = "unknown", f"{fmt.plural(waiting, 'message')} {'waits' if waiting == 1 else 'wait'} to be delivered."
    elif not view.names:
        mark, lead = "degraded", "Nobody would be told: no channel is declared."
    elif view.last is None:
        mark, lead = "up", "No message had to be sent yet."
    else:
        mark, lead = "up", "Every message was delivered."
    last = view.last
    below = (
        f"The newest attempt was {reader.ago(last.at_ms)}, to {last.channel}."
        if last
        else "The first one goes out with the first incident."
    )
    if not view.names:
        below = "An incident would show on these pages alone."
    title = f'<h1><span class="{mark}">{icon(mark)}</span>{lead}</h1>'
    return f'<header class="answer">{title}<p class="sub">{text(below)}</p></header>'


def channels(view: Said, reader: Reader) -> str:
    """Every channel that is declared or was ever used, with its kind and state."""
    if not view.names:
        return heading("Channels") + parts.nothing(
            "No channel is declared.",
            "Declare one in integrations.yaml, under <code>channels</code>; <code>integration-health alerts test</code> tries it.",
        )
    beside = "one that fails three times within two minutes hands over to the fallback"
    known = {health.channel: health for health in view.channels}
    rows = (_channel(name, known.get(name), view, reader) for name in view.names)
    return heading("Channels", beside) + table("chk", "Channels and their circuit breakers", _CHANNEL_HEAD, rows)


def _channel(name: str, health: ChannelHealth | None, view: Said, reader: Reader) -> str:
    word, said = _state(name, health, view, reader)
    last_ms = view.last_ok_ms(name)
    last = reader.time(last_ms) if last_ms else fmt.NONE
    kind, error = view.declared.get(name), health.last_error if health else ""
    beside = f'<br><span class="m">{text(CHANNELS.get(kind, kind))}</span>' if kind else ""
    below = f'<br><span class="m">{text(said)}</span>' if said else ""
    return (
        f'<tr><td>{parts.chip(word)}{below}</td><th scope="row"><b>{text(name)}</b>{beside}</th>'
        f'<td class="num">{view.waiting.get(name, 0)}</td><td>{last}</td><td class="s x-what">{text(error)}</td></tr>'
    )


def _state(name: str, health: ChannelHealth | None, view: Said, reader: Reader) -> tuple[Word, str]:
    """What the channel does with a message now, and what there is to say of it."""
    if view.declared and name not in view.declared:
        return _GONE, "its dead letters and attempts stay"
    if health is None:
        return (_TAKES, "") if view.last_ok_ms(name) else (_FRESH, "")
    if health.opened_ms is not None:
        again = f", tried again at {reader.plain(health.next_test_ms)}" if health.next_test_ms is not None else ""
        return _OPEN, f"since {reader.plain(health.opened_ms)}{again}"
    if health.paused_until_ms is not None and health.paused_until_ms > reader.now_ms:
        return _PAUSED, f"until {reader.plain(health.paused_until_ms)}"
    return _TAKES, ""


def letters(title: str, beside: str, lines: Sequence[AlertLine], reader: Reader) -> str:
    """Alert rows that are not delivered: dead letters, or those that wait."""
    if not lines:
        return ""
    items = "".join(_letter(line, reader) for line in lines)
    return f'{heading(title, beside, "gap")}<ul class="flows">{items}</ul>'


def _letter(line: AlertLine, reader: Reader) -> str:
    where = link(words.incident(line.incident), address("incident", id=line.incident)) if line.incident else "no incident"
    handed = (
        f", handed to {text(line.handed_to)}"
        if line.handed_to
        else f", handed over by {text(line.handed_from)}"
        if line.handed_from
        else ""
    )
    when = f"given up {reader.time(line.dead_ms)}" if line.dead_ms else f"next try {reader.time(line.due_ms)}"
    tries = fmt.plural(line.attempts, "try", "tries")
    error = f'<p class="s">{text(line.error)}</p>' if line.error else ""
    return f"<li><p><b>{KINDS[line.kind]}</b> of {where} to {text(line.channel)}{handed}: {tries}, {when}</p>{error}</li>"


def attempts(view: Said, reader: Reader, older: str | None, newest: str | None) -> str:
    """Every attempt, newest first, a page at a time."""
    head = heading("Attempts", "newest first", "gap")
    if not view.attempts:
        return head + parts.nothing("No attempt yet.")
    pages = " · ".join(filter(None, (newest and link("Newest", newest), older and link("Older", older))))
    shown = table(
        "list dlv", "Attempts to deliver", _HEAD, (_attempt(row, view.subjects.get(row.id, ""), reader) for row in view.attempts), _COLUMNS
    )
    return f'{head}{shown}<p class="m pages">{pages}</p>'


def _attempt(row: DeliveryRow, of: str, reader: Reader) -> str:
    state = parts.chip(Word("Delivered", "up", "up") if row.ok else Word("Failed", "down", "down"))
    where = link(words.incident(row.incident), address("incident", id=row.incident)) if row.incident else fmt.NONE
    return (
        f'<tr><th scope="row" class="x-at">{reader.time(row.at_ms, seconds=True)}</th><td class="x-st">{state}</td>'
        f'<td class="nm">{text(row.channel)}</td><td class="x-kind">{KINDS[row.kind]}</td>'
        f'<td class="x-of">{text(of) or fmt.NONE}</td><td class="x-inc">{where}</td>'
        f'<td class="num x-try">{row.attempt}</td><td class="num x-took">{fmt.latency((row.at_ms - row.began_ms) * 1_000)}</td>'
        f'<td class="x-what s" title="{text(row.detail)}">{text(row.detail)}</td></tr>'
    )
