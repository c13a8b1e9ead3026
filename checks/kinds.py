"""Every kind of probe, found by looking in `checks/probes`: add a file that exports `KIND`, and it is known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

import checks.probes
from checks.vantage import Probe


@dataclass(frozen=True, slots=True)
class ProbeKind:
    """One way of asking. `params` says what may be set; `build` takes a validated instance of it; `asks` are those of them that
    name whom it asks, by their place (`auth.token_url`): addresses, hosts, or hosts with a port.
    """

    name: str
    params: type[BaseModel]
    build: Callable[[Any], Probe]
    asks: tuple[str, ...] = ()

    def probe(self, params: Mapping[str, Any]) -> Probe:
        """A probe from what was declared. Raises pydantic's `ValidationError`."""
        return self.build(self.params.model_validate(params))


class BrokenKind(RuntimeError):
    """A file in checks/probes that cannot be used; the message names it."""


@cache
def kinds() -> Mapping[str, ProbeKind]:
    """Kinds by name. Raises `BrokenKind`: they ship with the product, so a broken one is a bug."""
    names = sorted(found.name for found in pkgutil.iter_modules(checks.probes.__path__) if not found.name.startswith("_"))
    return MappingProxyType({kind.name: kind for kind in map(_load, names)})


def _load(name: str) -> ProbeKind:
    try:
        kind = importlib.import_module(f"checks.probes.{name}").KIND
    except Exception as error:
        raise BrokenKind(f"checks/probes/{name}.py: {type(error).__name__}: {error}") from error
    if not isinstance(kind, ProbeKind):
        raise BrokenKind(f"checks/probes/{name}.py: KIND is not a ProbeKind")
    return kind
