"""Slack's text objects and links: foreign text escaped first, then cut to Slack's limits."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlsplit

from core.escape import printable, slack_escape

Block = dict[str, Any]

HEADER_LIMIT: Final = 150
SECTION_LIMIT: Final = 3000
BUTTON_LIMIT: Final = 75
URL_LIMIT: Final = 1200  # Slack takes 3,000; a field it may stand in takes 2,000


def plain(text: str, limit: int) -> Block:
    """A plain_text object: nothing in it is markup, and `:name:` stays as it is."""
    clean = printable(" ".join(text.split()))
    return {"type": "plain_text", "text": clean if len(clean) <= limit else clean[: limit - 1] + "…", "emoji": False}


def mrkdwn(text: str) -> Block:
    """Text whose foreign parts are escaped already. `verbatim`: Slack makes no links or mentions of its own out of it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def web_address(url: str | None) -> str | None:
    """An http(s) address that may stand in a link or a button; None for anything else."""
    if not url or any(char.isspace() for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return None
    address = quote(url, safe=":/?#[]@!$&'()*+,;=%-._~")
    return address if len(address.replace("&", "&amp;")) <= URL_LIMIT else None


def link(url: str | None, label: str, limit: int = 300) -> str:
    """`<address|label>`, or the label alone where the address is none."""
    address = web_address(url)
    words = slack_escape(label, limit)
    if address is None:
        return words
    return f"<{address.replace('&', '&amp;')}|{words.replace('|', '¦')}>"


def button(label: str, url: str, action: str) -> Block:
    """A button that opens an address and changes nothing."""
    return {"type": "button", "text": plain(label, BUTTON_LIMIT), "url": url, "action_id": action}
