"""HTML as text: what is foreign is escaped here and nowhere else; only ready markup is joined."""

from __future__ import annotations

import html
from urllib.parse import quote, urlencode, urlsplit

from core.escape import printable


def text(value: object) -> str:
    """Foreign text for an element or an attribute; never for a style, a class or a script."""
    return html.escape(printable(str(value)), quote=True)


def icon(name: str, kind: str = "") -> str:
    """One of our own icons: a mask, because `st.html` drops svg. A word or a label always stands beside it."""
    return f'<i class="ic ic-{name}{f" {kind}" if kind else ""}" aria-hidden="true"></i>'


class Block(str):
    """Markup that is sent as it is: Streamlit looks through any other string for indentation, each time it is sent."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)


def block(*parts: str, kind: str = "") -> Block:
    """A block of the page: everything the style sheet reaches stands inside one."""
    return Block(f'<div class="ih{f" {kind}" if kind else ""}">{"".join(parts)}</div>')


def address(page: str, **query: object) -> str:
    """The address of a state of ours, for an `href`: `/integration?id=paypal`. What is None is left out."""
    known = {key: str(value) for key, value in query.items() if value is not None}
    return text(f"/{page}" + (f"?{urlencode(known, quote_via=quote)}" if known else ""))


def link(label: str, href: str, kind: str = "l") -> str:
    """A link with a ready label; `href` comes from `address` or `outside`."""
    return f'<a class="{kind}" href="{href}">{label}</a>' if kind else f'<a href="{href}">{label}</a>'


def outside(label: str, url: str | None) -> str | None:
    """A link that leaves us, opened beside; None unless it is http(s): a `javascript:` address would be ours to answer for."""
    if not url or not _is_web_address(url):
        return None
    return f'<a class="l" href="{text(url)}" target="_blank" rel="noopener noreferrer">{text(label)}</a>'


def _is_web_address(said: str) -> bool:
    """Words with an address among them are words."""
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(map(str.isspace, said))


def heading(title: str, beside: str = "", kind: str = "", *, level: int = 2) -> str:
    """A section's head: ready title, and what qualifies it in grey beside it."""
    note = f'<span class="m">{beside}</span>' if beside else ""
    return f'<div class="hd{f" {kind}" if kind else ""}"><h{level}>{title}</h{level}>{note}</div>'
