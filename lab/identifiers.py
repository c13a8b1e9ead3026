"""Invented keys and request ids: the same from the same words, in any alphabet. None opens anything."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

HEX: Final = "0123456789abcdef"
DIGITS: Final = "0123456789"
CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def made_up(words: object, length: int, alphabet: str = HEX) -> str:
    """`length` characters that follow from `words` alone."""
    number = int.from_bytes(hashlib.shake_128(str(words).encode()).digest(length), "big")
    found = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        found.append(alphabet[place])
    return "".join(found)


def made_up_uuid(words: object) -> str:
    return str(UUID(hex=made_up(words, 32), version=4))
