"""Every kind of channel, found by looking in `alerts/channels`: add a file with a CHANNEL, and it is known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from alerts import channels
from alerts.channel import Channel, ChannelKind, Clients, Nowhere


@cache
def channel_kinds() -> Mapping[str, ChannelKind]:
    """Kinds by the name that `kind:` takes in integrations.yaml."""
    modules = sorted(module.name for module in pkgutil.iter_modules(channels.__path__))
    found = [importlib.import_module(f"{channels.__name__}.{name}").CHANNEL for name in modules]
    return MappingProxyType({kind.name: kind for kind in found})


def open_channel(kind: str, own: Mapping[str, Any], clients: Clients, resolve: Callable[[str], str]) -> Channel:
    """A declared channel, ready to send; one that cannot be (a missing secret, a bad address) says why at every delivery.

    `own` are its keys beside `kind`; `resolve` turns a reference into its secret and raises LookupError or OSError with a sentence.
    """
    found = channel_kinds().get(kind)
    if found is None:
        return Nowhere(f"no kind of channel is called {kind}")
    try:
        config = found.config.model_validate(dict(own))
        secrets = {name: resolve(reference) for name, reference in config.references().items()}
        return found.build(config, replace(clients, secrets=secrets))
    except ValidationError as error:
        return Nowhere(f"this channel is not declared as its kind needs it: {error.errors(include_input=False)[0]['msg']}")
    except (LookupError, OSError, ValueError) as error:
        return Nowhere(f"this channel cannot be used: {error}")
