"""A catalogue is a folder: every module in it that exports the agreed name is an entry; a broken file spoils only itself."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Entries by module name, and what is wrong with the files that gave none (file name -> sentence)."""

    entries: Mapping[str, T]
    broken: Mapping[str, str]


def look_in(package: ModuleType, export: str, wanted: type[T]) -> Found[T]:
    """Every `export` of type `wanted` among the modules of `package`."""
    entries: dict[str, T] = {}
    broken: dict[str, str] = {}
    for name in _modules(package):
        try:
            entry = getattr(importlib.import_module(f"{package.__name__}.{name}"), export)
            if not isinstance(entry, wanted):
                raise TypeError(f"{export} is a {type(entry).__name__}, not a {wanted.__name__}")
        except Exception as error:
            broken[f"{name}.py"] = f"{name}.py cannot be used: {type(error).__name__}: {error}"
        else:
            entries[name] = entry
    return Found(MappingProxyType(entries), MappingProxyType(broken))


def _modules(package: ModuleType) -> Iterator[str]:
    return iter(sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")))
