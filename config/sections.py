"""What stands in a file beside its integrations, each part read by itself: what is wrong with one hides nothing of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from config.explain import complaints
from config.models import Alerting, Channel, Config, Defaults
from config.problems import nearest
from config.windows import Window

WINDOWS: Final = ("maintenance", "silences")
_FITTING: Final = {"interval": "1d", "timeout": "100ms"}  # times that fit every other one
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Read:
    """One window, as far as it could be read. `spoilt` are the keys of it that were not."""

    window: Window
    spoilt: Collection[str] = ()

    @property
    def its_times_are_known(self) -> bool:
        """Whether it is known that it is once or weekly: one of those, misspelt, is neither."""
        return not any(key in ("once", "weekly") or key not in Window.model_fields for key in self.spoilt)


@dataclass(frozen=True, slots=True)
class Sections:
    """The readable parts. `channel_names` is None, `lists_integrations` False where nobody can know the names: misspelt, or no section."""

    defaults: Defaults
    channels: Mapping[str, Channel]
    channel_names: Collection[str] | None
    alerting: Alerting
    windows: Mapping[tuple[str, int], Read]
    lists_integrations: bool


def sections(value: Any) -> Sections:
    """Of the value of a whole file; raises nothing."""
    if not isinstance(value, dict):
        return Sections(Defaults(), {}, None, Alerting(), {}, lists_integrations=False)
    return Sections(
        defaults=_most_of(Defaults, value.get("defaults"), _FITTING)[0] or Defaults(),
        channels=dict(_channels(value.get("channels"))),
        channel_names=value.get("channels", {}) if _is_known(value, "channels", dict) else None,
        alerting=_most_of(Alerting, value.get("alerting"))[0] or Alerting(),
        windows={(section, index): read for section in WINDOWS for index, read in _windows(value.get(section))},
        lists_integrations=_is_known(value, "integrations", list),
    )


def _is_known(value: Mapping[str, Any], section: str, kind: type) -> bool:
    """Whether a section says its names: it stands there as it should, or nothing that could be meant by it does."""
    misspelt = any(nearest(key, Config.model_fields) == section for key in value if key not in Config.model_fields)
    given = value.get(section)
    return isinstance(given, kind) or (given is None and not misspelt)


def _channels(given: Any) -> Iterator[tuple[str, Channel]]:
    for name, entry in given.items() if isinstance(given, dict) else ():
        found, spoilt = _most_of(Channel, entry)
        if found is not None and not spoilt:
            yield name, found


def _windows(given: Any) -> Iterator[tuple[int, Read]]:
    for index, entry in enumerate(given) if isinstance(given, list) else ():
        found, spoilt = _most_of(Window, entry)
        if found is not None:
            yield index, Read(found, spoilt)


def _most_of(model: type[M], given: Any, instead: Mapping[str, Any] | None = None) -> tuple[M | None, Collection[str]]:
    """What of a mapping is valid, and its keys that are not; `instead` of some of these something fitting is read."""
    if not isinstance(given, dict):
        return None, ()
    try:
        return model.model_validate(given), ()
    except ValidationError as error:
        spoilt = {str(complaint.path[0]) for complaint in complaints(error, model) if complaint.path}
    kept = {key: entry for key, entry in given.items() if key not in spoilt}
    try:
        return model.model_validate({**kept, **{key: entry for key, entry in (instead or {}).items() if key in spoilt}}), spoilt
    except ValidationError:  # one that is missing
        return None, spoilt
