"""Values of core as JSON text and back. Foreign text may hold what no database takes (NUL, half a surrogate pair)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

T = TypeVar("T")


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(value: object) -> str:
    """A dataclass of core as JSON text."""
    kind: Any = type(value)
    try:
        return adapter(kind).dump_json(value).decode()
    except PydanticSerializationError:
        return json.dumps(_clean_all(adapter(kind).dump_python(value)), default=str)


def load(kind: type[T], body: str | bytes) -> T:
    """Raises pydantic's ValidationError for a body that is not of this kind: a damaged database."""
    wanted: Any = kind
    loaded: T = adapter(wanted).validate_json(body)
    return loaded


def dump_json(value: object) -> str:
    return json.dumps(_clean_all(value), separators=(",", ":"), default=str)


def load_json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def squeeze(value: object) -> bytes:
    """A dataclass of core as compressed JSON: evidence is text, and much of it repeats itself."""
    return zlib.compress(dump(value).encode(), 6)


def unsqueeze(kind: type[T], body: bytes) -> T:
    return load(kind, zlib.decompress(body))


def clean(text: str) -> str:
    """Text that both databases take: Postgres refuses NUL, and neither takes half a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _clean_all(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {_clean_all(key): _clean_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean_all(item) for item in value]
    return value
