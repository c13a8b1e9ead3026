"""Pydantic's findings in plain words: where, what is wanted, and the nearest valid word. Values are never repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.fields import WRITTEN_OUT, NotOneOf
from config.problems import Complaint, Path, nearest, unknown

MOST: Final = 200  # nobody reads more, and a log or a page need not carry them
_PLAIN: Final = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "missing": "is missing",
    "string_too_short": "must not be empty",
    "frozen_set_type": "must be a list",
    "union_tag_not_found": "must say its kind",
}
_BOUND: Final = {"greater_than": "above", "greater_than_equal": "at least", "less_than": "below", "less_than_equal": "at most"}
_LIMIT: Final = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
_MARK: Final = re.compile(r"\[key\]$|(function-(before|after|plain|wrap)|tagged-union|json-or-python)\[")
_SLUG: Final = "must be lower-case letters, digits, - and _, beginning with a letter or digit"


def complaints(error: ValidationError, model: type[BaseModel], also: Iterable[str] = ()) -> Iterator[Complaint]:
    """One complaint per finding, the first of them, paths relative to `model`. `also`: further keys that are valid at its top."""
    schema = _schema(model)
    for found in islice(error.errors(include_url=False, include_input=True), MOST):
        yield _complaint(found, schema, set(also))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _complaint(found: ErrorDetails, schema: dict[str, Any], also: set[str]) -> Complaint:
    path = _path(found)
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden":
        here = names_at(schema, path[:-1], schema) | (also if len(path) == 1 else set())
        return unknown(path, str(path[-1]), here, "key")
    if kind in ("literal_error", "enum", "union_tag_invalid"):
        return _choice(path, found, context)
    unknown_word = context.get("error")
    near = nearest(unknown_word.word, unknown_word.options) if isinstance(unknown_word, NotOneOf) else None
    return Complaint(path, _sentence(kind, context, found), near)


def _sentence(kind: str, context: Mapping[str, Any], found: ErrorDetails) -> str:
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return form_of(str(context["pattern"]))
    if kind in _BOUND:
        return f"must be {_BOUND[kind]} {context[_LIMIT[kind]]}"
    if kind in ("string_too_long", "too_long"):
        return f"must be at most {context['max_length']} long"
    return _PLAIN.get(kind, found["msg"][:1].lower() + found["msg"][1:])


def form_of(pattern: str) -> str:
    """What text must look like, in words where there are any."""
    if pattern.startswith("^[a-z0-9]"):
        return _SLUG
    if "env:" in pattern:
        return WRITTEN_OUT
    return "must be an http or https address" if pattern.startswith("^https?://") else f"must have the form {pattern}"


def _choice(path: Path, found: ErrorDetails, context: Mapping[str, Any]) -> Complaint:
    expected = str(context.get("expected", context.get("expected_tags", "")))
    words = [word.strip(" '") for word in expected.replace(" or ", ",").split(",") if word.strip(" '")]
    given = found["input"].get("kind") if isinstance(found["input"], dict) else found["input"]
    return Complaint(path, f"must be {' or '.join(words)}", nearest(given, words))


def _path(found: ErrorDetails) -> Path:
    """Where in the file: without the marks pydantic adds for keys, unions and validators."""
    return tuple(part for part in found["loc"] if isinstance(part, int) or not _MARK.match(part))


def names_at(schema: Mapping[str, Any], path: Path, root: Mapping[str, Any]) -> set[str]:
    """Keys that are valid at `path`, over every branch the schema has there."""
    found: set[str] = set()
    for branch in _branches(schema, root):
        if not path:
            found |= set(branch.get("properties", {}))
            continue
        for inner in _inner(branch, path[0]):
            found |= names_at(inner, path[1:], root)
    return found


def _inner(branch: Mapping[str, Any], step: str | int) -> Iterator[Mapping[str, Any]]:
    candidates = (
        (branch.get("items"),) if isinstance(step, int) else (branch.get("properties", {}).get(step), branch.get("additionalProperties"))
    )
    yield from (candidate for candidate in candidates if isinstance(candidate, Mapping))


def _branches(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _branches(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
        return
    yield schema
    for group in ("anyOf", "oneOf", "allOf"):
        for inner in schema.get(group, ()):
            yield from _branches(inner, root)
