"""Finding one known secret in a text, in whichever spelling: by plain search first, by a pattern only where that is worth it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.spellings import BASE64, spellings

Span = tuple[int, int]

_BEFORE: Final = re.compile(rf"(?<!{BASE64}){BASE64}++\Z")
_AFTER: Final = re.compile(rf"{BASE64}*+={{0,2}}")
_FURTHEST: Final = 4_096
_CUT: Final = "…"
_TELLING: Final = 4  # so much of a secret's beginning is known from elsewhere, or by chance


@dataclass(frozen=True, slots=True)
class Known:
    """One secret. One pattern over the spellings of a thousand takes seconds to make, and milliseconds a line to use."""

    secret: str
    plain: tuple[str, ...]
    base64: tuple[str, ...]
    escaped: tuple[tuple[str, str], ...]

    def spans(self, text: str) -> Iterator[Span]:
        """Where it stands; they may overlap."""
        if len(self.secret) <= 3:  # so short a one only where it stands alone
            yield from (found.span() for found in re.finditer(rf"(?<!\w){re.escape(self.secret)}(?!\w)", text))
            return
        for spelling in self.plain:
            yield from _found(text, spelling)
        for core in self.base64:
            yield from (_whole(text, *span) for span in _found(text, core))
        if _CUT in text:
            for spelling in (*self.plain, *self.base64):
                yield from _cut_short(text, spelling)
        for anchor, pattern in self.escaped:
            if anchor in text:
                yield from (found.span() for found in _compiled(pattern).finditer(text))


@lru_cache(maxsize=16_384)
def known(secret: str) -> Known:
    """Made once for each secret, whoever has it."""
    found = spellings(secret)
    return Known(secret, tuple(sorted(found.plain)), tuple(sorted(found.base64)), tuple(sorted(found.escaped)))


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _found(text: str, spelling: str) -> Iterator[Span]:
    at = text.find(spelling)
    while at >= 0:
        yield at, at + len(spelling)
        at = text.find(spelling, at + 1)


def _cut_short(text: str, spelling: str) -> Iterator[Span]:
    """The beginning of a secret in words of a vendor that were cut before anybody looked."""
    head = spelling[:_TELLING]
    for at, end in _found(text, head):
        while end < len(text) and end - at < len(spelling) and text[end] == spelling[end - at]:
            end += 1
        if text[end : end + 1] == _CUT:
            yield at, end


def _whole(text: str, start: int, end: int) -> Span:
    """Base64 around a secret goes too: its edges hold bits of the secret's first and last byte."""
    before = _BEFORE.search(text, max(0, start - _FURTHEST), start)
    after = _AFTER.match(text, end)
    return (before.start() if before else start), (after.end() if after else end)
