"""What Slack finds fault with in a message, and by which code (docs.slack.dev/reference/block-kit/blocks, .../methods/chat.postMessage)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TEXT: Final = 40_000
ALL_BLOCKS: Final = 13_200  # characters over all blocks; not documented, seen (slackapi/bolt-js 2509)
BLOCKS: Final = 50
SECTION: Final = 3000
FIELDS: Final = 10
FIELD: Final = 2000
HEADER: Final = 150
CONTEXT: Final = 10
ACTIONS: Final = 25
BUTTON: Final = 75
URL: Final = 3000
VALUE: Final = 2000
ID: Final = 255
METADATA: Final = 8000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Slack's code, and its sentences as `response_metadata.messages` holds them."""

    code: str
    messages: tuple[str, ...] = ()


def refusal(body: Mapping[str, Any]) -> Refusal | None:
    """None: Slack takes it."""
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not isinstance(blocks, list):
        return Refusal("invalid_blocks_format")
    if not text and not blocks and not body.get("attachments"):
        return Refusal("no_text")
    if len(str(text)) > TEXT:
        return Refusal("msg_too_long")
    faults = tuple(_faults(blocks))
    if faults:
        return Refusal("invalid_blocks", faults[:5])
    if sum(len(piece) for block in blocks for piece in texts(block)) > ALL_BLOCKS:
        return Refusal("msg_blocks_too_long")
    return _metadata(body.get("metadata"))


def texts(value: Any) -> Iterator[str]:
    """Every text within a block."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def _metadata(metadata: Any) -> Refusal | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not metadata.get("event_type") or not isinstance(metadata.get("event_payload"), dict):
        return Refusal("invalid_metadata_format")
    return Refusal("metadata_too_large") if len(str(metadata)) > METADATA else None


def _faults(blocks: Sequence[Any]) -> Iterator[str]:
    if len(blocks) > BLOCKS:
        yield f"[ERROR] no more than {BLOCKS} items allowed [json-pointer:/blocks]"
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "[ERROR] `block_id` already exists [json-pointer:/blocks]"
    for at, block in enumerate(blocks):
        where = f"/blocks/{at}"
        check = _KINDS.get(block.get("type")) if isinstance(block, dict) else None
        if check is None:
            yield f"[ERROR] unsupported type [json-pointer:{where}/type]"
        else:
            yield from check(block, where)


def _text(value: Any, limit: int, where: str, *, plain: bool = False) -> Iterator[str]:
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict) or value.get("type") not in kinds or not isinstance(value.get("text"), str):
        yield f"[ERROR] missing or wrong text object [json-pointer:{where}]"
    elif not value["text"]:
        yield f"[ERROR] must be more than 0 characters [json-pointer:{where}/text]"
    elif len(value["text"]) > limit:
        yield f"[ERROR] must be less than {limit + 1} characters [json-pointer:{where}/text]"


def _section(block: Mapping[str, Any], where: str) -> Iterator[str]:
    fields = block.get("fields")
    if "text" not in block and not fields:
        yield f"[ERROR] missing required field: text or fields [json-pointer:{where}]"
    if "text" in block:
        yield from _text(block["text"], SECTION, f"{where}/text")
    yield from _many(fields or [], FIELDS, f"{where}/fields", lambda field, at: _text(field, FIELD, at))


def _header(block: Mapping[str, Any], where: str) -> Iterator[str]:
    return _text(block.get("text"), HEADER, f"{where}/text", plain=True)


def _context(block: Mapping[str, Any], where: str) -> Iterator[str]:
    elements = block.get("elements") or []
    if not elements:
        yield f"[ERROR] must be more than 0 items [json-pointer:{where}/elements]"
    yield from _many(elements, CONTEXT, f"{where}/elements", _context_element)


def _context_element(element: Any, where: str) -> Iterator[str]:
    return iter(()) if isinstance(element, dict) and element.get("type") == "image" else _text(element, SECTION, where)


def _actions(block: Mapping[str, Any], where: str) -> Iterator[str]:
    elements = block.get("elements") or []
    if not elements:
        yield f"[ERROR] must be more than 0 items [json-pointer:{where}/elements]"
    yield from _many(elements, ACTIONS, f"{where}/elements", _button)
    ids = [element.get("action_id") for element in elements if isinstance(element, dict) and element.get("action_id")]
    if len(ids) != len(set(ids)):
        yield f"[ERROR] `action_id` already exists [json-pointer:{where}/elements]"


def _button(element: Any, where: str) -> Iterator[str]:
    if not isinstance(element, dict) or element.get("type") != "button":
        return  # selects and the like are taken as they are
    yield from _text(element.get("text"), BUTTON, f"{where}/text", plain=True)
    for name, limit in (("url", URL), ("value", VALUE), ("action_id", ID)):
        if len(str(element.get(name, ""))) > limit:
            yield f"[ERROR] must be less than {limit + 1} characters [json-pointer:{where}/{name}]"
    if element.get("style", "primary") not in ("primary", "danger"):
        yield f"[ERROR] unsupported value [json-pointer:{where}/style]"


def _rich_text(block: Mapping[str, Any], where: str) -> Iterator[str]:
    kinds = {"rich_text_section", "rich_text_preformatted", "rich_text_quote", "rich_text_list"}
    for at, element in enumerate(block.get("elements") or [None]):
        if not isinstance(element, dict) or element.get("type") not in kinds or not isinstance(element.get("elements"), list):
            yield f"[ERROR] unsupported type [json-pointer:{where}/elements/{at}]"


def _many(items: Any, most: int, where: str, check: Callable[[Any, str], Iterator[str]]) -> Iterator[str]:
    if not isinstance(items, list) or len(items) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:{where}]"
        return
    for at, item in enumerate(items):
        yield from check(item, f"{where}/{at}")


def _nothing(_block: Mapping[str, Any], _where: str) -> Iterator[str]:
    return iter(())


_KINDS: Final[dict[Any, Callable[[Mapping[str, Any], str], Iterator[str]]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "divider": _nothing,
    "image": _nothing,
}
