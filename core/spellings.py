"""The spellings in which a known secret turns up beside its escapes: as it is, in hexadecimal, inside base64."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

BASE64: Final = r"[A-Za-z0-9+/_-]"
_SHORTEST_ENCODED: Final = 6  # an encoding of fewer characters turns up by chance
_SHORTEST_LINE: Final = 16


@dataclass(frozen=True, slots=True)
class Spellings:
    """`plain` stand as they are; `base64` may be the middle of a longer text, as in `base64(user:secret)`."""

    plain: frozenset[str]
    base64: frozenset[str]


def spellings(secret: str) -> Spellings:
    """Every spelling of one secret that is no escape (`core.unescaped`); of a key file with several lines, every long line is one."""
    values = {secret, *(line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE)}
    values |= {
        unquote(value) for value in values if "%" in value and len(unquote(value)) >= _SHORTEST_ENCODED
    }  # for an address, ready made
    plain = {text for value in values for text in _plain(value)}
    inside = {text for value in values if len(value) >= _SHORTEST_ENCODED for text in _inside(value)}
    return Spellings(frozenset(plain), frozenset(inside))


def _plain(value: str) -> Iterator[str]:
    yield value
    if len(value) < _SHORTEST_ENCODED:
        return
    yield from (value.encode("utf-8", "surrogatepass").hex(), value.replace(" ", "+"))
    for escaped in (json.dumps(value)[1:-1], repr(value)[1:-1]):  # with a backslash of its own, which might be taken for an escape
        yield from (escaped, json.dumps(escaped)[1:-1])


def _inside(value: str) -> Iterator[str]:
    """At each of the three alignments, the characters that depend on the secret alone."""
    raw = value.encode("utf-8", "surrogatepass")
    for shift in range(3):
        encoded = b64encode(b"\0" * shift + raw).decode()
        core = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        yield from (core, core.replace("+", "-").replace("/", "_"))
