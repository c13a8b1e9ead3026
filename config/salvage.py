"""What of a configuration that was good once can still be used: what is refused now is left out, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from config.document import Document, Unusable, read_document
from config.loading import Loaded, load, read
from config.problems import Path

WINDOWS: Final = frozenset({"maintenance", "silences"})  # one without its list of integrations would be for all of them


def salvage(text: str, env: Mapping[str, str] | None, *, name: str) -> Loaded:
    """As `load`; where the file as a whole is refused, without the keys and entries that spoil it.

    The problems are those of the whole text. `config` is None only where no mapping can be read of it at all.
    """
    whole = found = load(text, env, name=name)
    try:
        document = read_document(text)
    except Unusable:
        return whole
    while found.config is None and _without(document, found.spoilt):
        found = read(document, env, name)
    return replace(found, problems=whole.problems)


def _without(document: Document, places: Iterable[Path]) -> bool:
    """Leaves out what stands there; the last in a list first, so that the others keep their numbers. False: nothing could be."""
    if not isinstance(document.value, dict):
        return False
    cut = {_standing(document.value, path[:2] if path[:1] and path[0] in WINDOWS else path) for path in places} - {()}
    for path in sorted(cut, key=lambda path: [str(step).rjust(12, "0") for step in path], reverse=True):
        _leave_out(document, path)
    return bool(cut)


def _standing(value: Any, path: Path) -> Path:
    """As much of a path as stands in the file: a key that is missing spoils what it is missing in. The version is always written."""
    if path[:1] == ("version",):
        return path
    for depth, step in enumerate(path):
        inside = (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if not inside:
            return path[:depth]
        value = value[step]
    return path


def _leave_out(document: Document, path: Path) -> None:
    document.refused = [entry for entry in document.refused if entry[0][: len(path)] != path]
    if path[0] == "version":
        document.value["version"] = 1
        return
    parent = document.value
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
