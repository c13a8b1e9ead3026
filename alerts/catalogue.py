"""Every kind of channel, found by looking in `alerts/channels`: add a file with a CHANNEL, and it is known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from alerts import channels
from alerts.channel import ChannelKind


@cache
def channel_kinds() -> Mapping[str, ChannelKind]:
    """Kinds by the name that `kind:` takes in integrations.yaml."""
    modules = sorted(module.name for module in pkgutil.iter_modules(channels.__path__))
    found = [importlib.import_module(f"{channels.__name__}.{name}").CHANNEL for name in modules]
    return MappingProxyType({kind.name: kind for kind in found})
