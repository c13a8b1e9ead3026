"""The spellings in which a known secret turns up: as it is, escaped in any of the usual ways, in hexadecimal, inside base64."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

BASE64: Final = r"[A-Za-z0-9+/_-]"
_SHORTEST_ENCODED: Final = 6  # an encoding of fewer characters turns up by chance
_SHORTEST_LINE: Final = 16
_RUNS: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Spellings:
    """`plain` stand as they are; `base64` may be the middle of a longer text, as in `base64(user:secret)`.

    `escaped` has for each value a pattern in which every character but letters and digits stands in any escape, behind the
    longest stretch of letters and digits: a text without that needs no closer look.
    """

    plain: frozenset[str]
    escaped: frozenset[tuple[str, str]]
    base64: frozenset[str]


def spellings(secret: str) -> Spellings:
    """Every spelling of one secret; of a secret with several lines (a key file), every long line is one."""
    values = {secret, *(line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE)}
    plain = {text for value in values for text in _plain(value)}
    long = [value for value in values if len(value) >= _SHORTEST_ENCODED]
    inside = {text for value in long for text in _inside(value.encode("utf-8", "surrogatepass"))}
    odd = [value for value in long if not (value.isascii() and value.isalnum())]
    escaped = {(max(_RUNS.findall(value), key=len, default=""), "".join(map(_escaped, value))) for value in odd}
    return Spellings(frozenset(plain), frozenset(escaped), frozenset(inside))


def _plain(value: str) -> Iterator[str]:
    yield value
    if len(value) < _SHORTEST_ENCODED:
        return
    raw = value.encode("utf-8", "surrogatepass")
    yield from (raw.hex(), raw.hex().upper())
    for form in ("%{:02x}", "%{:02X}", "\\x{:02x}"):  # every byte, letters too
        yield "".join(form.format(byte) for byte in raw)
    for form in ("\\u{:04x}", "\\u{:04X}", "&#{:d};", "&#x{:x};", "&#x{:X};"):
        yield "".join(form.format(ord(character)) for character in value)
    yield repr(value)[1:-1]


def _escaped(character: str) -> str:
    """A pattern for one character: itself, or its escape in URLs (twice, too), JSON (however deep), HTML, XML or Python."""
    if character.isascii() and character.isalnum():
        return character
    raw, code = character.encode("utf-8", "surrogatepass"), ord(character)
    urls = "".join(rf"%(?:25)*{_either_case(f'{byte:02x}')}" for byte in raw)
    names = "".join(rf"|&(?:amp;)?{name};" for name in _HTML_NAMES.get(character, ()))
    units = character.encode("utf-16-be", "surrogatepass")
    json_ = "".join(rf"\\{{1,7}}u{_either_case(units[at : at + 2].hex())}" for at in range(0, len(units), 2))
    python = "".join(rf"\\{{1,7}}x{_either_case(f'{byte:02x}')}" for byte in raw)
    short = rf"|\\{{1,7}}{_SHORT[character]}" if character in _SHORT else ""
    space = r"|\+" if character == " " else ""
    html = rf"&(?:amp;)?#(?:0*{code}|[xX]0*{_either_case(f'{code:x}')});"
    return rf"(?:\\{{0,7}}{re.escape(character)}|{urls}|{json_}|{python}|{html}{names}{short}{space})"


_HTML_NAMES: Final = {
    '"': ("quot",),
    "'": ("apos",),
    "&": ("amp",),
    "<": ("lt",),
    ">": ("gt",),
    "+": ("plus",),
    "/": ("sol",),
    "=": ("equals",),
}
_SHORT: Final = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def _either_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def _inside(raw: bytes) -> Iterator[str]:
    """At each of the three alignments, the characters that depend on the secret alone."""
    for shift in range(3):
        encoded = b64encode(b"\0" * shift + raw).decode()
        core = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        yield from (core, core.replace("+", "-").replace("/", "_"))
