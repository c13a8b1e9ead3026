"""What changes between two configurations, for people and as JSON. Secrets appear as references only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from config.models import Config


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is written with slugs: `integrations.stripe.checks.api.interval`."""

    kind: Kind
    path: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        match self.kind:
            case Kind.ADDED:
                return f"+ {self.path}{_shown(self.after)}"
            case Kind.REMOVED:
                return f"- {self.path}{_shown(self.before)}"
            case Kind.RENAMED:
                return f"> {self.path}: was {self.before}"
            case _:
                return f"~ {self.path}: {_word(self.before)} -> {_word(self.after)}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(old: Config | None, new: Config) -> list[Change]:
    """Every difference, in the file's order; without an `old` everything is added."""
    before = _keyed(old.model_dump(mode="json", exclude_defaults=True)) if old else {}
    after = _keyed(new.model_dump(mode="json", exclude_defaults=True))
    renamed = dict(_renames(before, after))
    for slug, earlier in renamed.items():
        before["integrations"][slug] = {**before["integrations"].pop(earlier), "slug": slug}
    moved = [Change(Kind.RENAMED, f"integrations.{slug}", earlier, slug) for slug, earlier in renamed.items()]
    return moved + list(_differences(before, after, ""))


def _keyed(tree: dict[str, Any]) -> dict[str, Any]:
    """Lists of named things as mappings, so that moving one changes nothing."""
    keyed = {"integrations": {entry["slug"]: entry for entry in tree.get("integrations", ())}}
    for section in ("maintenance", "silences"):
        keyed[section] = {window.get("name") or f"[{index}]": window for index, window in enumerate(tree.get(section, ()))}
    return {**tree, **keyed}


def _renames(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    old = before.get("integrations", {})
    for slug, entry in after["integrations"].items():
        if slug not in old and entry.get("renamed_from") in old:
            yield slug, entry["renamed_from"]


def _differences(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            below = f"{path}.{key}" if path else key
            if key not in after:
                yield from _gone(Kind.REMOVED, before[key], below)
            elif key not in before:
                yield from _gone(Kind.ADDED, after[key], below)
            else:
                yield from _differences(before[key], after[key], below)
    elif before != after:
        yield Change(Kind.CHANGED, path, before, after)


def _gone(kind: Kind, value: Any, path: str) -> Iterator[Change]:
    """A section that comes or goes is told entry by entry, an integration or a single key as one."""
    if isinstance(value, dict) and path in ("integrations", "channels", "maintenance", "silences"):
        for key, entry in value.items():
            yield from _gone(kind, entry, f"{path}.{key}")
    elif value not in ({}, []):
        yield Change(kind, path, *((value,) if kind is Kind.REMOVED else (None, value)))


def _shown(value: Any) -> str:
    return "" if isinstance(value, dict) else f": {_word(value)}"


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_word, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_word(inner)}" for key, inner in value.items()) or "none"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
