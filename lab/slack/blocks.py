"""Block Kit as HTML: header, section with fields, rich text, context, actions, divider. Foreign text is text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from lab.slack.mrkdwn import mrkdwn, plain, safe_address

Block = Mapping[str, Any]


def blocks_html(blocks: list[dict[str, Any]]) -> str:
    return "".join(_BLOCKS.get(block.get("type"), _unknown)(block) for block in blocks if isinstance(block, dict))


def _text(value: Any) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return ""
    return mrkdwn(value["text"]) if value.get("type") == "mrkdwn" else plain(value["text"])


def _header(block: Block) -> str:
    return f"<h2>{_text(block.get('text'))}</h2>"


def _section(block: Block) -> str:
    words = f"<p>{_text(block['text'])}</p>" if "text" in block else ""
    fields = "".join(f"<p>{_text(field)}</p>" for field in block.get("fields") or [])
    return words + (f'<div class="fields">{fields}</div>' if fields else "")


def _context(block: Block) -> str:
    return f'<p class="context">{" ".join(_text(element) for element in block.get("elements") or [])}</p>'


def _actions(block: Block) -> str:
    return f'<p class="actions">{"".join(_button(element) for element in block.get("elements") or [])}</p>'


def _button(element: Any) -> str:
    if not isinstance(element, dict):
        return ""
    style = element.get("style") if element.get("style") in ("primary", "danger") else ""
    address = safe_address(str(element.get("url") or ""))
    words = _text(element.get("text"))
    if address is None:
        return f'<span class="button {style}" title="does nothing in the lab">{words}</span>'
    return f'<a class="button {style}" href="{escape(address)}" rel="noopener noreferrer" target="_blank">{words}</a>'


def _rich_text(block: Block) -> str:
    return "".join(_rich_part(part) for part in block.get("elements") or [] if isinstance(part, dict))


def _rich_part(part: Block) -> str:
    inner = "".join(_rich_piece(piece) for piece in part.get("elements") or [] if isinstance(piece, dict))
    if part.get("type") == "rich_text_preformatted":
        return f"<pre>{inner}</pre>"
    if part.get("type") == "rich_text_quote":
        return f"<blockquote>{inner}</blockquote>"
    return f"<p>{inner}</p>"


def _rich_piece(piece: Block) -> str:
    if piece.get("type") == "link":
        address = safe_address(str(piece.get("url") or ""))
        words = escape(str(piece.get("text") or piece.get("url") or ""))
        return words if address is None else f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{words}</a>'
    if piece.get("type") == "rich_text_section":
        return f"<span>{_rich_part(piece)}</span>"
    return escape(str(piece.get("text") or ""))


def _divider(_block: Block) -> str:
    return "<hr>"


def _image(block: Block) -> str:
    """Named, not fetched: the lab asks no other host."""
    return f'<p class="context">[image: {escape(str(block.get("alt_text") or ""))}]</p>'


def _unknown(block: Block) -> str:
    return f'<p class="context">[{escape(str(block.get("type")))}]</p>'


_BLOCKS: Final[dict[Any, Callable[[Block], str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "divider": _divider,
    "image": _image,
}
