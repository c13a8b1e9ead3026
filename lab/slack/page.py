"""The messages of the lab's Slack as a page, newest first, each with its thread and its earlier forms; and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Final

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.slack.blocks import blocks_html
from lab.slack.mrkdwn import mrkdwn
from lab.slack.workspace import Message, Workspace

POLICY: Final = (
    "content-security-policy",
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'",
)
PLAIN: Final = (POLICY, ("x-content-type-options", "nosniff"), ("cache-control", "no-store"))
_TYPES: Final = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_MARK: Final = (
    '<svg class="av" viewBox="0 0 24 24" width="36" height="36" aria-hidden="true"><rect width="24" height="24" rx="5"/>'
    '<path d="M5 12.5h3.2l2-5.5 3.4 10 2-4.5H19" fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def page(workspace: Workspace, request: Request) -> Reply:
    """`/` is the page, `/feed` its messages alone, `/messages.json` all that is known of them."""
    name = request.path.removeprefix("/")
    if name in _TYPES:
        return text_reply((files("lab.slack") / "static" / name).read_text(), 200, _TYPES[name], *PLAIN)
    if name == "messages.json":
        return json_reply([asdict(message) for message in workspace.messages.values()], 200, *PLAIN)
    if name == "feed":
        return text_reply(_feed(workspace), 200, "text/html; charset=utf-8", ("x-version", str(workspace.version)), *PLAIN)
    if name:
        return text_reply("not found", 404)
    return text_reply(_whole(workspace), 200, "text/html; charset=utf-8", *PLAIN)


def _whole(workspace: Workspace) -> str:
    links = '<link rel="stylesheet" href="page.css"><link rel="icon" href="data:,"><script src="page.js" defer></script>'
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lab Slack</title>{links}'
    words = "What this product would have sent to Slack. A simulated workspace: nothing leaves this machine."
    top = f"<header><h1># ops</h1><p>{words}</p></header>"
    feed = f'<div id="feed" data-version="{workspace.version}" aria-live="polite">{_feed(workspace)}</div>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{top}{feed}</main></body></html>'


def _feed(workspace: Workspace) -> str:
    if not workspace.roots:
        return '<p class="none">No message yet. The first one comes when an incident opens.</p>'
    return "".join(_message(workspace, message) for message in workspace.roots)


def _message(workspace: Workspace, message: Message) -> str:
    replies = "".join(_reply(reply) for reply in workspace.thread(message.ts))
    count = len(workspace.thread(message.ts))
    words = f"{count} {'reply' if count == 1 else 'replies'}"
    thread = f'<section class="thread" aria-label="Thread"><b>{words}</b><ol>{replies}</ol></section>' if replies else ""
    via = '<span class="app">WEBHOOK</span>' if message.via == "webhook" else '<span class="app">APP</span>'
    channel = escape(workspace.channels.get(message.channel, "?"))
    who = f'<p class="who"><b>Integration Health</b> {via} {_time(message.at_s)} <span class="t">in #{channel}</span></p>'
    body = f"{who}{_body(message)}{_edits(message)}{thread}"
    return f'<article id="m-{escape(message.ts)}">{_MARK}<div class="body">{body}</div></article>'


def _body(message: Message) -> str:
    return blocks_html(message.blocks) if message.blocks else f"<p>{mrkdwn(message.text)}</p>"


def _reply(message: Message) -> str:
    also = ' <span class="t">also sent to the channel</span>' if message.broadcast else ""
    return f"<li>{_time(message.at_s)}{also}<div>{_body(message)}</div>{_edits(message)}</li>"


def _edits(message: Message) -> str:
    """How often it was edited, and how it read before."""
    if not message.versions:
        return ""
    count = len(message.versions)
    times = "once" if count == 1 else f"{count} times"
    earlier = "".join(f"<li>until {_time(version['until_s'])}: {mrkdwn(version['text'])}</li>" for version in reversed(message.versions))
    return f'<details class="edits"><summary>(edited {times})</summary><ol>{earlier}</ol></details>'


def _time(at_s: float) -> str:
    at = datetime.fromtimestamp(at_s, UTC)
    return f'<time class="t" datetime="{at.isoformat()}" title="{at:%Y-%m-%d %H:%M:%S} UTC">{at:%H:%M:%S} UTC</time>'
