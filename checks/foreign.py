"""Reading what strangers sent: JSON, XML, times and words. Nothing here raises anything but `Unreadable`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import accumulate
from typing import Any, Final
from xml.etree import ElementTree

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_SPACES: Final = re.compile(r"\s+")
_LONGEST_INT: Final = 18  # digits that fit 64 bits; longer ones are an attack or not ours to count
_DEEPEST: Final = 100  # levels: what the reader survives, whoever walks or writes it must survive too, from wherever it is called
_NO_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^][{}"]++', re.DOTALL)


class Unreadable(ValueError):
    """The body is not what it should be; the message is a sentence without any of its content."""


def plain(value: object, limit: int = 200) -> str:
    """One line of visible characters: no controls, no direction overrides, no lone surrogates, cut at `limit`."""
    text = value if isinstance(value, str) else "" if value is None else repr(value)[: limit * 4]
    text = _SPACES.sub(" ", _CONTROLS.sub(" ", text[: limit * 8])).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def parse_json(body: bytes) -> Any:
    """The JSON value in `body`, whatever its charset. Raises `Unreadable`."""
    try:
        text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
        if _depth(text) > _DEEPEST:
            raise RecursionError
        return json.loads(text, parse_int=_int, parse_constant=lambda _: None)
    except RecursionError:
        raise Unreadable("the body is JSON nested too deep") from None
    except ValueError:
        raise Unreadable("the body is not JSON" if body.strip() else "the body is empty") from None


def parse_xml(body: bytes) -> ElementTree.Element:
    """The root element. Entity declarations are refused before anything is expanded. Raises `Unreadable`."""
    text = body.decode(_xml_charset(body), "replace").removeprefix("\ufeff")
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise Unreadable("the body is XML that declares entities")
    try:
        return ElementTree.fromstring(text)  # noqa: S314  (no document type gets here, so there is nothing to expand)
    except (ElementTree.ParseError, ValueError, RecursionError):
        raise Unreadable("the body is not XML") from None


def dig(value: Any, path: str) -> Iterator[Any]:
    """What stands at a dotted path such as `errors.*.code`; lists are entered by index or `*` (the first 20)."""
    if not path:
        yield value
        return
    step, _, rest = path.partition(".")
    for inner in _step(value, step):
        yield from dig(inner, rest)


def dig_xml(root: ElementTree.Element, path: str) -> Iterator[str]:
    """Texts at a dotted path below the root, namespaces ignored; `Code` also finds the root's own child of that name."""
    found = [root]
    for step in path.split("."):
        found = [child for element in found for child in element if child.tag.rpartition("}")[2] == step]
    return (element.text or "" for element in found[:20])


def parse_instant(value: object) -> datetime | None:
    """An aware UTC instant from ISO 8601, an HTTP date or epoch seconds (milliseconds above 10^11)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    if not isinstance(value, str) or len(value) > 64:
        return None
    text = value.strip()
    if re.fullmatch(r"\d{9,14}(\.\d+)?", text):
        return _epoch(float(text))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _utc(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def later(now: datetime, seconds: float) -> datetime | None:
    """`now` plus a stranger's seconds; None where that is no time at all."""
    try:
        return now + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def parse_count(text: str | None) -> int | None:
    """A count in a header, as an integer of sane size."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,15}", text := text.strip(), re.ASCII) else None


def _depth(text: str) -> int:
    """How deep lists and objects are nested, brackets in strings left out."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return 0  # not worth counting: the most there is
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in _NO_BRACKETS.sub("", text)), default=0)


def _int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INT else float(digits)


def _step(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return [value[step]] if step in value else []
    if not isinstance(value, list):
        return []
    if step == "*":
        return value[:20]
    return [value[int(step)]] if step.isdecimal() and int(step) < len(value) else []


def _xml_charset(body: bytes) -> str:
    if body[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return "utf-16"
    named = re.match(rb"""\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]{1,32})["']""", body[:200])
    return "latin-1" if named and named.group(1).lower() in (b"iso-8859-1", b"latin-1", b"windows-1252") else "utf-8"


def _epoch(seconds: float) -> datetime | None:
    if not math.isfinite(seconds):
        return None
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
