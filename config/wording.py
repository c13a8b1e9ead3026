"""What may stand at a key, from its JSON schema, in the words of somebody who writes YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import yaml

from config.fields import REFERENCE, SLUG
from core.durations import PATTERN, format_duration

Link = Callable[[str], str]
"""From the name of a definition to a link to its section."""

_PLAIN: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_MANY: Final = {
    "text": "texts",
    "slug": "slugs",
    "value": "values",
    "any value": "values",
    "secret reference": "secret references",
    "whole number or text": "whole numbers or texts",
}
_FIRST: Final = frozenset({"slug", "kind", "day", "path"})
_REFERENCE: Final = re.compile(r"'((?:env|file|aws):[^',{}\[\]]+)'")
_DEFAULT: Final = re.compile(r"\s*Default: (?P<words>.+?)\.$")


def type_words(field: Mapping[str, Any], link: Link) -> str:
    """`duration, 1s to 1d`, `list of slugs`, `high, medium or low`."""
    if "enum" in field:
        return either([f"`{_literal(value)}`" for value in field["enum"]])
    if "const" in field:
        return f"`{_literal(field['const'])}`"
    if "$ref" in field:
        return link(field["$ref"].rpartition("/")[2])
    for group in ("anyOf", "oneOf"):
        if group in field:
            return either(list(dict.fromkeys(type_words(part, link) for part in field[group] if part.get("type") != "null")))
    return _simple(field, link)


def meaning_words(field: Mapping[str, Any]) -> str:
    """The description without its sentence on the default, which stands in a column of its own."""
    return _DEFAULT.sub("", str(field.get("description", "")))


def default_words(field: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    if said := _DEFAULT.search(str(field.get("description", ""))):
        return said["words"]
    value = field.get("default")
    if value is None or value in ("", [], {}) or isinstance(value, dict):
        return "none"
    if field.get("pattern") == PATTERN and isinstance(value, int):
        return f"`{format_duration(value)}`"
    return f"`{_flow(value)}`"


def example_words(field: Mapping[str, Any]) -> str:
    """The first example, of the field or of what it may hold."""
    if "examples" in field:
        return f"`{_flow(field['examples'][0])}`"
    inner = next((part for part in field.get("anyOf", ()) if "examples" in part), None)
    return example_words(inner) if inner else ""


def _ordered(value: Any) -> Any:
    """JSON schemas come with their keys sorted; people write what a thing is first."""
    if isinstance(value, list):
        return [_ordered(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (key not in _FIRST, key not in ("start", "token"), key))}


def _simple(field: Mapping[str, Any], link: Link) -> str:
    kind, pattern = field.get("type"), field.get("pattern")
    if pattern == PATTERN:
        return f"duration, {field['$comment']}" if "$comment" in field else "duration"
    if pattern == SLUG:
        return "slug"
    if pattern is not None and pattern.startswith(REFERENCE[:6]):
        return "secret reference"
    if kind == "string" and "$comment" in field:
        return str(field["$comment"])
    if kind == "array":
        words = type_words(field.get("items", {}), link)
        return f"list of {_MANY.get(words, words)}"
    if kind == "object":
        inner = next(iter(field.get("patternProperties", {}).values()), None) or field.get("additionalProperties")
        return f"mapping of names to {_inner(inner, link)}".removesuffix(" to values") if isinstance(inner, Mapping) else "mapping"
    if isinstance(kind, list):
        return "text, number, true or false"
    return _bounded(_PLAIN.get(str(kind), "any value"), field)


def _inner(field: Mapping[str, Any], link: Link) -> str:
    words = type_words(field, link)
    return _MANY.get(words, words)


def _bounded(words: str, field: Mapping[str, Any]) -> str:
    if "exclusiveMinimum" in field:
        return f"per cent, above {field['exclusiveMinimum']}, at most {field['maximum']}"
    least, most = field.get("minimum"), field.get("maximum")
    return f"{words}, {least} to {most}" if least is not None and most is not None else words


def either(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _flow(value: Any) -> str:
    """On one line, as it is written into the file."""
    text = yaml.safe_dump(_ordered(value), default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return _REFERENCE.sub(r"\1", text.removesuffix("...\n").strip())
