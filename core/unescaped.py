"""Text without its escapes (URL, JSON, HTML, Python), layer by layer, each position of it led back to where it came from."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_DEEPEST: Final = 3
_ESCAPES: Final = re.compile(
    r"(?P<url>(?:%(?:25){0,7}[0-9a-fA-F]{2})+)"
    r"|(?P<unit>(?:\\+u[0-9a-fA-F]{4})+)"
    r"|(?P<byte>(?:\\+x[0-9a-fA-F]{2})+)"
    r"|(?P<html>&(?:amp;){0,7}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});)"
    r"|\\+(?P<short>[\"'/bfnrt])"
    r"|(?P<slash>\\\\)"
)
_PARTS: Final = {"url": re.compile(r"%(?:25)*([0-9a-fA-F]{2})"), "unit": re.compile(r"\\+u(....)"), "byte": re.compile(r"\\+x(..)")}
_CHARSETS: Final = {"url": "utf-8", "unit": "utf-16-be", "byte": "utf-8"}
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


Add = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Layer:
    """`text`, made of stretches: each begins at `starts[n]` here and comes from [`sources[n]`, `ends[n]`) of the original."""

    text: str
    starts: tuple[int, ...] = (0,)
    sources: tuple[int, ...] = (0,)
    ends: tuple[int, ...] = (0,)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that [start, end) was read from."""
        return self._source(start)[0], self._source(end - 1)[1] if end > start else self._source(start)[0]

    def _source(self, at: int) -> tuple[int, int]:
        which = bisect_right(self.starts, at) - 1
        behind = at - self.starts[which]
        source, end = self.sources[which], self.ends[which]
        length = (self.starts[which + 1] if which + 1 < len(self.starts) else len(self.text)) - self.starts[which]
        return (source + behind, source + behind + 1) if end - source == length else (source, end)


def layers(text: str) -> Iterator[Layer]:
    """The text itself, then as it reads without its escapes, then without those that were inside of them."""
    layer = Layer(text, (0,), (0,), (len(text),))
    yield layer
    for _ in range(_DEEPEST):
        inner = _without_escapes(layer)
        if inner is None:
            return
        yield (layer := inner)


def _without_escapes(layer: Layer) -> Layer | None:
    """None: it has none."""
    if not any(sign in layer.text for sign in "%\\&"):
        return None
    parts: list[str] = []
    marks: list[tuple[int, int, int]] = []  # where a stretch begins, and where it came from in the original
    length = at = 0

    def add(words: str, start: int, end: int) -> None:
        nonlocal length
        if words:
            marks.append((length, *layer.origin(start, end)))
            parts.append(words)
            length += len(words)

    for found in _ESCAPES.finditer(layer.text):
        _add_verbatim(layer, at, found.start(), add)
        for words, start, end in _read(found):
            add(words, start, end)
        at = found.end()
    if at == 0:
        return None
    _add_verbatim(layer, at, len(layer.text), add)
    starts, sources, ends = zip(*marks, strict=True) if marks else ((0,), (0,), (0,))
    return Layer("".join(parts), starts, sources, ends)


def _add_verbatim(layer: Layer, start: int, end: int, add: Add) -> None:
    """Cut where the layer below has its own edges, so that every stretch is either as long as its origin or one escape."""
    edges = layer.starts[bisect_right(layer.starts, start) : bisect_right(layer.starts, end - 1)] if end > start else ()
    for low, high in zip([start, *edges], [*edges, end], strict=True):
        add(layer.text[low:high], low, high)


def _read(found: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """What one match says, character by character, with its place in the layer."""
    kind = str(found.lastgroup)
    if kind in _PARTS:
        yield from _characters(found, kind)
        return
    words = found[0]
    said = {"html": lambda: html.unescape(re.sub("&(?:amp;)+", "&", words)), "short": lambda: _SHORT.get(words[-1], words[-1])}
    yield (said[kind]() if kind in said else "\\"), found.start(), found.end()


def _characters(found: re.Match[str], kind: str) -> Iterator[tuple[str, int, int]]:
    parts = list(_PARTS[kind].finditer(found[0]))
    raw = bytes.fromhex("".join(part[1] for part in parts))
    width = len(raw) // len(parts)
    try:
        text = raw.decode(_CHARSETS[kind])
    except UnicodeDecodeError:  # no text: a character for each part
        text = "".join(chr(int(part[1], 16)) for part in parts)
        sizes = [1] * len(parts)
    else:
        sizes = [len(character.encode(_CHARSETS[kind])) // width for character in text]
    at = 0
    for character, size in zip(text, sizes, strict=True):
        yield character, found.start() + parts[at].start(), found.start() + parts[at + size - 1].end()
        at += size
