"""The spellings in which a known secret turns up: as it is, percent-encoded, escaped, in hexadecimal, inside base64."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

BASE64: Final = r"[A-Za-z0-9+/_-]"
_SHORTEST_ENCODED: Final = 6  # an encoding of fewer characters turns up by chance
_SHORTEST_LINE: Final = 16


@dataclass(frozen=True, slots=True)
class Spellings:
    """`plain` stand as they are; `base64` may be the middle of a longer text, as in `base64(user:secret)`."""

    plain: frozenset[str]
    base64: frozenset[str]


def spellings(secret: str) -> Spellings:
    """Every spelling of one secret; of a secret with several lines (a key file), every long line is one."""
    values = {secret, *(line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE)}
    plain = {text for value in values for text in _plain(value)}
    inside = {text for value in values if len(value) >= _SHORTEST_ENCODED for text in _inside(value.encode())}
    return Spellings(frozenset(plain), frozenset(inside))


def _plain(value: str) -> Iterator[str]:
    yield value
    if len(value) < _SHORTEST_ENCODED:
        return
    yield from (value.encode().hex(), value.encode().hex().upper())
    for escaped in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield from (escaped, _lower_escapes(escaped), quote(escaped, safe=""))
    for escaped in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield from (escaped, escaped.replace("/", "\\/"))
    yield from (escape(value), repr(value)[1:-1])


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return head + "".join("%" + part[:2].lower() + part[2:] for part in rest)


def _inside(raw: bytes) -> Iterator[str]:
    """At each of the three alignments, the characters that depend on the secret alone."""
    for shift in range(3):
        encoded = b64encode(b"\0" * shift + raw).decode()
        core = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        yield from (core, core.replace("+", "-").replace("/", "_"))
