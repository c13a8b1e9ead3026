"""YAML as this product takes it: plain values with the line of every key; no aliases, no tags, no key given twice.

Scalars follow YAML 1.2: `on`, `yes` and `12:30` are text, so nothing turns into something else behind the writer's back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from config.problems import Path

MAX_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 30
_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT: Final = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: Final = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}


class Unusable(Exception):
    """The text as a whole cannot be read; `line` is where reading stopped."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(slots=True)
class Document:
    """The value, the line of every path, and what was refused on the way (path, line, sentence)."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    refused: list[tuple[Path, int, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing above it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(text: str) -> Document:
    """Raises `Unusable` where no value can be made of the text at all."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:  # bytes that were no UTF-8, kept as surrogates by whoever read them
        raise Unusable(text.count("\n", 0, error.start) + 1, "the file is not UTF-8") from None
    if size > MAX_BYTES:
        raise Unusable(1, "the file is larger than 1 MiB")
    try:
        return _Builder(yaml.parse(text, Loader=_PARSER)).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        tab = mark is not None and text[mark.index : mark.index + 1] == "\t"
        said = "a tab stands here, where only spaces may" if tab else error.problem or error.context
        raise Unusable(mark.line + 1 if mark else 1, f"this is not YAML: {said}") from None
    except yaml.YAMLError as error:
        odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, odd.start()) + 1 if odd else 1
        raise Unusable(line, f"this is not YAML: {getattr(error, 'reason', 'it cannot be read')}") from None


class _Builder:
    """Builds the value from the parser's events, so that no nesting of theirs can exhaust our stack."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._found = Document(lines={(): 1})

    def build(self) -> Document:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.DocumentStartEvent):
            self._found.value = self._value(next(self._events), ())
            next(self._events)  # the end of the document
            if isinstance(event := next(self._events), yaml.DocumentStartEvent):
                raise Unusable(_line(event), "one document a file: a second --- stands here")
        return self._found

    def _value(self, event: yaml.Event, path: Path) -> Any:
        if len(path) > MAX_DEPTH:
            raise Unusable(_line(event), f"nested deeper than {MAX_DEPTH} levels")
        self._found.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            return self._refuse(event, path, f"the alias *{event.anchor} is refused: write the value out")
        self._refuse_tag(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return _scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key, line = self._key(event, path), _line(event)
            twice = key in found
            if twice:
                self._refuse(event, (*path, key), f"the key {key} is given twice, first in line {self._found.lines[*path, key]}")
            else:
                self._found.lines[*path, key] = line
            value = self._value(next(self._events), (*path, key))
            found.setdefault(key, value)
        return found

    def _key(self, event: yaml.Event, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise Unusable(_line(event), "a key is one word, not an alias, a list or a mapping")
        self._refuse_tag(event, path)
        return str(event.value)

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._value(event, (*path, len(found))))
        return found

    def _refuse_tag(self, event: yaml.Event, path: Path) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(event, path, "tags such as !name are refused: plain values only")

    def _refuse(self, event: yaml.Event, path: Path, message: str) -> None:
        self._found.refused.append((path, _line(event), message))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: Any) -> Any:
    text = str(event.value)
    if event.style:  # quoted, or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    number = float(text) if _FLOAT.fullmatch(text) and not text.isdecimal() else math.inf
    return number if math.isfinite(number) else text
