"""Foreign text, made safe for where it goes: a Slack message, a cell of a table, the name of a file, a slug."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")  # OWASP ASVS 5.0, V1.2.10
_KEPT: Final = "\n\t"
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they make text read as what it is not


def printable(text: str) -> str:
    """Without control characters, overrides of the writing direction and lone surrogates; line breaks and tabs stay."""
    return "".join(char for char in text if char in _KEPT or (char not in _BIDI and unicodedata.category(char) not in ("Cc", "Cs")))


def slack_escape(text: str, limit: int = 3000) -> str:
    """Slack's three characters escaped, control characters dropped, at most `limit` characters.

    Cut after escaping, never inside an entity. The last character is kept free for the ellipsis, so that the text is
    looked at once: one of exactly `limit` characters is cut too.
    """
    kept: list[str] = []
    room = limit - 1
    for char in printable(text):
        part = _ENTITIES.get(char, char)
        room -= len(part)
        if room < 0:
            return ("".join(kept) + "…")[: max(limit, 0)]
        kept.append(part)
    return "".join(kept)


def csv_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula. Numbers do not go through here; quoting is the writer's."""
    return "'" + text if text.startswith(_FORMULA) else text


def file_name(text: str, limit: int = 100) -> str:
    """A name without a path in it, safe on every file system and in a header: letters, digits, dot, dash, underscore."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip(".-")[:limit] or "unnamed"


def slug_of(name: str) -> str:
    """A vendor without a file of its own, as judging knows it: `Amazon SES` is `amazon-ses`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
