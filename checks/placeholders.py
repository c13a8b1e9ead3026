"""`{name}` in a probe's words: a secret of the integration or one of its settings, filled in when the probe runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

_NAME: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,63})\}")


class NotConfigured(Exception):
    """Something the probe needs is not set; the message names it and never a value. Its cause is `config`."""


def fill(text: str, values: Mapping[str, Any]) -> str:
    """`text` with every `{name}` replaced. Raises `NotConfigured` for a name that is neither secret nor setting."""
    return _NAME.sub(lambda found: _value(found[1], values), text)


def fill_url(url: str, values: Mapping[str, Any]) -> str:
    """Like `fill`; after the question mark values are percent-encoded, so that a secret cannot end its own parameter."""
    path, mark, query = url.partition("?")
    return fill(path, values) + mark + _NAME.sub(lambda found: quote(_value(found[1], values), safe=""), query)


def fill_all(value: Any, values: Mapping[str, Any]) -> Any:
    """The same JSON-like value with every string in it filled, keys excepted."""
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, dict):
        return {key: fill_all(inner, values) for key, inner in value.items()}
    return [fill_all(inner, values) for inner in value] if isinstance(value, list | tuple) else value


def placeholders_in(value: Any) -> set[str]:
    """The names a JSON-like value refers to, keys excepted."""
    if isinstance(value, str):
        return set(_NAME.findall(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return set().union(*(placeholders_in(part) for part in inner))


def _value(name: str, values: Mapping[str, Any]) -> str:
    if name not in values:
        raise NotConfigured(f"“{name}” is neither a secret nor a setting of this integration.")
    return str(values[name])
