"""Taking secrets out of nested values, such as an error report: by the name they stand under, and out of every text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from core.redact import PLACEHOLDER

MAX_DEPTH: Final = 20
MAX_TEXT: Final = 100_000
_UNSHOWN: Final = 2_048
_TELLING: Final = re.compile(
    r"secret|passw|pwd|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authori[sz]ation|cookie|signature|session[_-]?id|dsn|^auth$",
    re.IGNORECASE,
)
_SAFE: Final = (bool, int, float, type(None), date)


def scrub(value: Any, redact: Callable[[str], str], depth: int = 0) -> Any:
    """The same shape without secrets: mappings, sequences and sets as dicts and lists, everything else as redacted text."""
    if isinstance(value, _SAFE):
        return value
    if isinstance(value, str):
        return _short(value, redact)
    if depth >= MAX_DEPTH:
        return "..."
    if isinstance(value, Mapping):
        return {_key(key, redact): _under(key, each, redact, depth) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(each, redact, depth + 1) for each in value]
    if isinstance(value, bytes | bytearray):
        return _short(bytes(value[: MAX_TEXT + _UNSHOWN + 1]).decode("utf-8", "replace"), redact)
    return _short(_text(value), redact)


def _short(text: str, redact: Callable[[str], str]) -> str:
    """A secret that is cut in the middle is not recognised: so more is read than is shown."""
    if len(text) <= MAX_TEXT:
        return redact(text)
    found = redact(text[: MAX_TEXT + _UNSHOWN])
    return found[: max(0, len(found) - _UNSHOWN)] + "…"


def _key(key: object, redact: Callable[[str], str]) -> str:
    return redact(str(key))


def _under(key: object, value: Any, redact: Callable[[str], str], depth: int) -> Any:
    """What stands under a telling name goes whole; a pair of name and value, as in a list of headers, has no name here."""
    if _TELLING.search(str(key)) and not isinstance(value, _SAFE):
        return PLACEHOLDER
    return scrub(value, redact, depth + 1)


def _text(value: object) -> str:
    try:
        return repr(value)
    except Exception:
        return f"<{type(value).__name__}>"
