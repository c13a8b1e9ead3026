"""Holding an answer against what was expected of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import httpx
from jsonpath import JSONPathError

from checks.assertions import Expect, JsonCheck, compile_path, compile_pattern
from checks.foreign import Unreadable, parse_json, plain
from checks.placeholders import fill, fill_all

_TEXT_CHARSETS: Final = re.compile(
    r"utf-?(8|16|32)([bl]e)?|(us-?)?ascii|iso-?8859-?\d+|latin-?1|(windows-|cp)\d+|koi8-[ru]|shift_jis|euc-\w+|gb\w+|big5", re.IGNORECASE
)
_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def status_expected(expect: Expect, status: int) -> bool:
    """Whether this is one of the statuses asked for."""
    return any(status == wanted or f"{status // 100}xx" == wanted for wanted in expect.status)


def reads_body(expect: Expect) -> bool:
    """Whether the whole body matters."""
    return bool(expect.json_ or expect.text or expect.absent or expect.regex)


def first_broken(expect: Expect, response: httpx.Response, values: Mapping[str, Any]) -> str | None:
    """The first expectation the answer does not meet, as a sentence."""
    sentences = chain(_headers(expect, response, values), _body(expect, response, values))
    return next((sentence for sentence in sentences if sentence), None)


def text_of(response: httpx.Response) -> str:
    """The body as text. Its charset is taken from the answer where it is one that only stands for characters."""
    charset = response.charset_encoding or ""
    try:
        return response.content.decode(charset if _TEXT_CHARSETS.fullmatch(charset) else "utf-8", "replace")
    except LookupError:
        return response.content.decode("utf-8", "replace")


def _headers(expect: Expect, response: httpx.Response, values: Mapping[str, Any]) -> Iterator[str | None]:
    for name, wanted in expect.headers.items():
        expected, found = fill(wanted, values), response.headers.get(name)
        was = "missing" if found is None else _shown(found)
        yield None if found == expected else f"The header {name} is {was}, expected {_shown(expected)}."
    for name, pattern in expect.header_patterns.items():
        found = response.headers.get(name)
        if found is None:
            yield f"The header {name} is missing."
        elif not compile_pattern(pattern).search(found):
            yield f"The header {name} is {_shown(found)}, which does not match {plain(pattern, 80)}."


def _body(expect: Expect, response: httpx.Response, values: Mapping[str, Any]) -> Iterator[str | None]:
    if not reads_body(expect):
        return
    text = text_of(response) if expect.text or expect.absent or expect.regex else ""
    for wanted in expect.text:
        yield None if fill(wanted, values) in text else f"The text {_shown(wanted)} is missing."
    for unwanted in expect.absent:
        yield f"The text {_shown(unwanted)} stands in the answer." if fill(unwanted, values) in text else None
    for pattern in expect.regex:
        yield None if compile_pattern(pattern).search(text) else f"Nothing matches {plain(pattern, 80)}."
    if expect.json_:
        yield from _json(expect, response, values)


def _json(expect: Expect, response: httpx.Response, values: Mapping[str, Any]) -> Iterator[str | None]:
    try:
        document = parse_json(response.content)
    except Unreadable as error:
        yield f"JSON was expected, but {error}."
        return
    for check in expect.json_:
        yield _json_check(check, document, values)


def _json_check(check: JsonCheck, document: Any, values: Mapping[str, Any]) -> str | None:
    try:
        found = compile_path(check.path).findall(document)
    except (JSONPathError, RecursionError):
        return f"{check.path} cannot be followed in this answer."
    if not check.exists:
        return f"{check.path} is there." if found else None
    if not found:
        return f"{check.path} is missing."
    return next((sentence for value in found if (sentence := _value(check, value, values))), None)


def _value(check: JsonCheck, value: Any, values: Mapping[str, Any]) -> str | None:
    given = check.model_fields_set
    if "equals" in given and not _same(value, wanted := fill_all(check.equals, values)):
        return f"{check.path} is {_shown(value)}, expected {_shown(wanted)}."
    if "one_of" in given and not any(_same(value, wanted) for wanted in fill_all(check.one_of, values)):
        return f"{check.path} is {_shown(value)}, which is none of those expected."
    if check.is_a and not _TYPES[check.is_a](value):
        return f"{check.path} is {_shown(value)}, expected a {check.is_a}."
    if check.matches and not compile_pattern(check.matches).search(value if isinstance(value, str) else json.dumps(value)):
        return f"{check.path} is {_shown(value)}, which does not match {plain(check.matches, 80)}."
    return _size(check, value)


def _size(check: JsonCheck, value: Any) -> str | None:
    if check.at_least is None and check.at_most is None:
        return None
    size = len(value) if isinstance(value, list | str | dict) else value
    if not _TYPES["number"](size):
        return f"{check.path} is {_shown(value)}, which has no size."
    if check.at_least is not None and size < check.at_least:
        return f"{check.path} is {size}, less than {check.at_least:g}."
    return f"{check.path} is {size}, more than {check.at_most:g}." if check.at_most is not None and size > check.at_most else None


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def _shown(value: Any) -> str:
    return plain(value if isinstance(value, str) else json.dumps(value), 80) or "empty"
