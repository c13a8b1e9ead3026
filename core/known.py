"""Finding one known secret in a text, in whichever spelling, whole or by a half of it."""

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
_HALVED: Final = 12  # a half of a shorter one turns up by chance
_ASCII_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def lowered(text: str) -> str:
    """In lower case, and every character where it was (`str.lower` makes two of some)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_ASCII_LOWER)


@dataclass(frozen=True, slots=True)
class Known:
    """One secret. It is searched for, spelling by spelling: one pattern over a thousand of them takes seconds to make."""

    secret: str
    plain: tuple[str, ...]  # in lower case
    base64: tuple[str, ...]

    def spans(self, text: str, lower: str) -> Iterator[Span]:
        """Where it stands in `text`, of which `lower` is the lower case; they may overlap."""
        if len(self.secret) <= 3:  # so short a one only where it stands alone
            yield from (found.span() for found in re.finditer(rf"(?<!\w){re.escape(self.secret)}(?!\w)", text))
            return
        for spelling in self.plain:
            yield from _halves(lower, spelling) if len(spelling) >= _HALVED else _found(lower, spelling)
        for core in self.base64:
            yield from (_whole(text, *span) for span in _found(lower, core))
        if _CUT in text:
            for spelling in (*self.plain, *self.base64):
                yield from _cut_short(lower, spelling)


@lru_cache(maxsize=16_384)
def known(secret: str) -> Known:
    """Made once for each secret, whoever has it."""
    found = spellings(secret)
    plain, base64 = ({lowered(text) for text in texts} for texts in (found.plain, found.base64))
    return Known(secret, tuple(sorted(plain)), tuple(sorted(base64)))


def _found(text: str, spelling: str) -> Iterator[Span]:
    at = text.find(spelling)
    while at >= 0:
        yield at, at + len(spelling)
        at = text.find(spelling, at + 1)


def _halves(text: str, spelling: str) -> Iterator[Span]:
    """Either half, and as much more of the secret as stands beside it: some vendors repeat a part of a key."""
    half = len(spelling) // 2
    for at, end in _found(text, spelling[:half]):
        yield at, _reaches(text, end, spelling, half)
    for at, end in _found(text, spelling[half:]):
        start, left = at, half
        while left and start and text[start - 1] == spelling[left - 1]:
            start, left = start - 1, left - 1
        yield start, end


def _reaches(text: str, end: int, spelling: str, at: int) -> int:
    """How far `text` goes on from `end` as `spelling` does from `at`."""
    while end < len(text) and at < len(spelling) and text[end] == spelling[at]:
        end, at = end + 1, at + 1
    return end


def _cut_short(text: str, spelling: str) -> Iterator[Span]:
    """The beginning of a secret in words of a vendor that were cut before anybody looked."""
    for at, end in _found(text, spelling[:_TELLING]):
        reached = _reaches(text, end, spelling, _TELLING)
        if text[reached : reached + 1] == _CUT:
            yield at, reached


def _whole(text: str, start: int, end: int) -> Span:
    """Base64 around a secret goes too: its edges hold bits of the secret's first and last byte."""
    before = _BEFORE.search(text, max(0, start - _FURTHEST), start)
    after = _AFTER.match(text, end)
    return (before.start() if before else start), (after.end() if after else end)
