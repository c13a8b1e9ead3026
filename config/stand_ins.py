"""An integration whose shape is wrong, with something valid where the wrong things stand: what else is wrong with it shows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from checks.registry import names_in, providers
from config.explain import complaints
from config.models import Integration
from config.problems import Complaint, Path

NOBODY: Final = "nobody"  # a provider that is none
_ROUNDS: Final = 8  # a value put in shape may show what is wrong within it; nobody's file needs more
_NO: Final = frozenset({"no", "n", "off", "false", "0"})


@dataclass(frozen=True, slots=True)
class StandIn:
    """What is judged in the place of an integration, what of it nobody wrote, and what stands elsewhere in the file."""

    integration: Integration
    spoilt: frozenset[Path]
    moved: Mapping[Path, Path]  # from where it is here to where it is there

    def told(self, found: Iterable[Complaint]) -> Iterator[Complaint]:
        """What holds of the file itself: nothing that follows from what was told, and no warnings. Paths are the file's."""
        for complaint in found:
            if not complaint.warning and not any(complaint.path[: len(spoilt)] == spoilt for spoilt in self.spoilt):
                yield replace(complaint, path=self._as_written(complaint.path))

    def _as_written(self, path: Path) -> Path:
        """A check under another name first, then the key it stands under."""
        for length in (2, 1):
            path = (*self.moved.get(path[:length], path[:length]), *path[length:])
        return path


def stand_in(entry: Any) -> StandIn | None:
    """None where it is no mapping, or nothing can be made of it."""
    if not isinstance(entry, dict):
        return None
    repair = _Repair(deepcopy(entry))
    for _ in range(_ROUNDS):
        try:
            return StandIn(Integration.model_validate(repair.entry), frozenset(repair.spoilt), repair.moved)
        except ValidationError as error:
            for complaint in complaints(error, Integration):
                repair.mend(complaint)
    return None


@dataclass(slots=True)
class _Repair:
    """Puts something valid where a thing is refused."""

    entry: dict[str, Any]
    spoilt: set[Path] = field(default_factory=set)
    moved: dict[Path, Path] = field(default_factory=dict)

    def mend(self, complaint: Complaint) -> None:
        path = complaint.path
        match path:
            case (str(key),) if key not in Integration.model_fields:
                self._misspelt(key, complaint.nearest)
            case ("slug" | "provider" as key,):
                self._put((key,), NOBODY)
            case ("private_targets",):
                self._put(path, True)  # what it would allow is not refused
            case ("secrets" | "settings" | "checks" as key, *inner):
                self._of_the_provider(key, tuple(inner))
            case (str(key), int(place), *_) if isinstance(self.entry.get(key), list):
                self.spoilt.add(path[:2])
                self.entry[key][place] = NOBODY
            case (str(key), *_):
                self.entry.pop(key, None)
                self.spoilt.add((key,))

    def _of_the_provider(self, key: str, inner: Path) -> None:
        match inner:
            case (str(name),) if key != "checks":
                self.entry[key][name] = "env:UNKNOWN"
                if key == "settings" and name in self._names(key):  # it has a form, which is not this one's
                    self.spoilt.add((key, name))
            case (str(slug), *rest) if isinstance(self.entry.get("checks"), dict):
                if slug in self.entry["checks"]:
                    self._check(slug, tuple(rest))
            case _ if key == "checks":  # what they ask with is not known either
                self.spoilt |= {("checks",), ("secrets",), ("settings",)}
                self.entry["checks"] = {}
            case _:
                self._put((key,), dict.fromkeys(self._names(key), "env:UNKNOWN"))

    def _check(self, slug: str, rest: Path) -> None:
        checks = self.entry["checks"]
        whole = ("checks", slug)
        match rest:
            case () if isinstance(checks[slug], dict):  # it is its name
                valid = next(name for number in range(len(checks) + 1) if (name := f"check{number}") not in checks)
                checks[valid] = checks.pop(slug)
                self.moved["checks", valid] = whole
            case ():
                self._put(whole, {"enabled": False})
            case ("kind", *_):  # it is one of its own, and asks with what it names
                self.spoilt.add(whole)
                checks[slug]["kind"] = "http"
            case (str(key), *_):
                self.spoilt.add((*whole, key))
                self._key_of_a_check(checks[slug], key)

    def _key_of_a_check(self, check: dict[str, Any], key: str) -> None:
        """Times that fit every other one; whoever wrote `no` meant it."""
        written = check.pop(key, None)
        match key:
            case "enabled":
                check[key] = str(written).lower() not in _NO
            case "interval":
                check[key] = "1d"
            case "timeout":
                check[key] = "100ms"
            case "retry" if "timeout" in check:
                check[key] = check["timeout"]

    def _misspelt(self, key: str, near: str | None) -> None:
        """Read as the key it is nearest to, where that is not given itself."""
        value = self.entry.pop(key, None)
        if near is not None and near not in self.entry:
            self.entry[near] = value
            self.moved[(near,)] = (key,)

    def _names(self, key: str) -> set[str]:
        """All that could be asked for under `secrets` or `settings`."""
        provider = providers().get(str(self.entry.get("provider")))
        checks = self.entry.get("checks")
        used = names_in(checks) if isinstance(checks, dict) else set()
        return used | ({spec.name for spec in getattr(provider, key)} if provider else set())

    def _put(self, path: Path, value: Any) -> None:
        place: Any = self.entry
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        self.spoilt.add(path)
