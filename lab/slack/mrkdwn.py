"""Slack's mrkdwn as safe HTML: everything is text first, and only what Slack itself would mark is marked."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

EMOJI: Final = {
    "red_circle": "🔴",
    "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠",
    "large_blue_circle": "🔵",
    "white_circle": "⚪",
    "white_check_mark": "✅",
    "warning": "⚠️",
    "rotating_light": "🚨",
    "wrench": "🔧",
    "key": "🔑",
    "hourglass": "⌛",
}
# Drawn, because not every machine has a font with these in it.
_DRAWN: Final = {"🔴": "red", "🟠": "orange", "🟡": "yellow", "🔵": "blue", "⚪": "white", "✅": "check"}
_PICTURES: Final = re.compile("|".join(_DRAWN))
_TOKEN: Final = re.compile(r"```[\s\S]*?```|`[^`\n]+`|<[^<>\n]+>")
_MARK: Final = re.compile("\ue000(\\d+)\ue001")
_STYLES: Final = tuple(
    (re.compile(rf"(?<![\w{sign}])\{sign}(\S(?:[^{sign}\n]*?\S)?)\{sign}(?![\w{sign}])"), tag)
    for sign, tag in (("*", "b"), ("_", "i"), ("~", "s"))
)


def mrkdwn(text: str) -> str:
    """HTML of a mrkdwn text."""
    kept: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        kept.append(_token(found.group()))
        return f"\ue000{len(kept) - 1}\ue001"

    bare = _TOKEN.sub(put_aside, text.replace("\ue000", "").replace("\ue001", ""))
    html = drawn(escape(unescape(emoji(bare))))
    for pattern, tag in _STYLES:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return _MARK.sub(lambda found: kept[int(found.group(1))], html).replace("\n", "<br>")


def plain(text: str) -> str:
    """HTML of a plain text, with its emoji."""
    return drawn(escape(emoji(text))).replace("\n", "<br>")


def emoji(text: str) -> str:
    return re.sub(r":([a-z_]+):", lambda found: EMOJI.get(found.group(1), found.group()), text)


def drawn(html: str) -> str:
    """Circles and check marks as shapes of the style sheet; their character stays for those who copy or listen."""
    return _PICTURES.sub(lambda found: f'<span class="em em-{_DRAWN[found.group()]}">{found.group()}</span>', html)


def unescape(text: str) -> str:
    """Slack's three entities, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def safe_address(url: str) -> str | None:
    """An address a browser may be given; None for any other scheme."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _token(token: str) -> str:
    if token.startswith("```"):
        return f"<pre>{escape(unescape(token[3:-3].strip(chr(10))))}</pre>"
    if token.startswith("`"):
        return f"<code>{escape(unescape(token[1:-1]))}</code>"
    return _angle(token[1:-1])


def _angle(inner: str) -> str:
    """A link, or a mention: both show what they do, so that one that got in by a vendor's text is seen."""
    target, _, label = inner.partition("|")
    if target[:1] in "!@#":
        word = label or target.lstrip("!@#").partition("^")[0]
        return f'<span class="at">{escape("#" if target[:1] == "#" else "@")}{escape(unescape(word))}</span>'
    address = safe_address(unescape(target))
    words = escape(unescape(label or target))
    return words if address is None else f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{words}</a>'
