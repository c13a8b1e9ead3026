"""What is wrong with a file, where exactly, and which valid word is nearest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any

from core.escape import printable

Path = tuple[str | int, ...]
"""Where in the file: ("integrations", 0, "checks", "api")."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing to mend, before anybody knows its line. The message never holds a value of the file."""

    path: Path
    message: str
    nearest: str | None = None
    warning: bool = False  # the file works, but this is probably not meant

    def below(self, *prefix: str | int) -> Complaint:
        """The same, seen from further up."""
        return replace(self, path=(*prefix, *self.path))

    @property
    def integration(self) -> int | None:
        """The position of the integration it spoils; None: the whole file."""
        place = self.path[1] if self.path[:1] == ("integrations",) and len(self.path) > 1 else None
        return place if isinstance(place, int) else None


@dataclass(frozen=True, slots=True)
class Problem:
    """A complaint with its place. `key` is a path such as `integrations[0].checks.api.interval`."""

    file: str
    line: int
    key: str
    message: str
    nearest: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", {self.key}" if self.key else "")
        return f"{place}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What is wrong, without where."""
        return self.message + (f"; did you mean {self.nearest}?" if self.nearest else "")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def if_meant(complaints: Iterable[Complaint], word: str) -> Iterator[Complaint]:
    """What is wrong where `word`, the nearest to one that is not known, is what somebody meant."""
    return (replace(found, message=f"{found.message}, if {word} is meant") for found in complaints if not found.warning)


def spell(path: Iterable[str | int]) -> str:
    """`integrations[0].checks.api`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def one_line(text: str) -> str:
    """A key may hold anything: no problem looks like two, and none commands the terminal it is shown in."""
    return " ".join(printable(text).split())


def unknown(path: Path, word: str, options: Iterable[str], what: str) -> Complaint:
    """A complaint about a word that is not one of `options`, with the one somebody most likely meant."""
    options = sorted(options)
    near = nearest(word, options)
    known = f" (there are {', '.join(options)})" if near is None and 0 < len(options) <= 12 else ""
    return Complaint(path, f"there is no such {what}{known}", near)


def nearest(word: object, options: Iterable[str]) -> str | None:
    """The valid word somebody most likely meant."""
    return next(iter(get_close_matches(str(word), list(options), 1, 0.6)), None)
