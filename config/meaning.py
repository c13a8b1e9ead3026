"""Whether one integration makes sense against the catalogue: its provider, and the names and shapes of what it sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from checks.provider import Provider
from checks.registry import names_in, providers
from config.explain import form_of
from config.fields import WRITTEN_OUT
from config.models import Integration
from config.problems import Complaint, nearest, unknown

PATTERNS: Final = frozenset({"expect", "banner"})  # patterns in there have braces of their own
_CARRIED: Final = re.compile(
    r"(?i)^(bearer|basic|token)\s+[A-Za-z0-9._~+/=-]{12,}$|^https?://[^/\s:@]+:[^/\s{}@]+@|hooks\.slack\.com/(services|workflows|triggers)/"
)


def meaning_of(integration: Integration, provider: Provider, settings: Mapping[str, Any]) -> Iterator[Complaint]:
    """What does not fit the provider. Paths begin below the integration."""
    yield from _names(integration, provider)
    for spec in provider.settings:
        value = settings.get(spec.name)
        if value is None and spec.required:
            yield Complaint(("settings",), f"{provider.name} needs the setting {spec.name}: {spec.title}")
        elif value is not None and spec.pattern and not re.fullmatch(spec.pattern, str(value)):
            yield Complaint(("settings", spec.name), form_of(spec.pattern))
    if integration.vendor and not provider.open_names:
        yield Complaint(("vendor",), f"is for the provider http: this one is {provider.name}")
    yield from _unset_placeholders(integration, settings)


def written_out_secrets(value: Any, *path: str | int) -> Iterator[Complaint]:
    """Texts that are secrets themselves, wherever they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from written_out_secrets(inner, *path, key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from written_out_secrets(inner, *path, index)
    elif isinstance(value, str) and is_secret(value):
        yield Complaint(path, WRITTEN_OUT)


def is_secret(text: str) -> bool:
    """Whether this looks like a credential of a known vendor, or an address or header that carries one."""
    return bool(_CARRIED.search(text)) or any(re.search(shape, text) for shape in _shapes())


def _shapes() -> Iterator[str]:
    return (spec.pattern for provider in providers().values() for spec in provider.secrets if spec.pattern)


def _names(integration: Integration, provider: Provider) -> Iterator[Complaint]:
    """The generic provider takes any name; others also those that a check of one's own uses."""
    used = names_in(_custom(integration))
    secrets = {spec.name for spec in provider.secrets} | used
    settings = {spec.name for spec in provider.settings} | used
    if provider.open_names:
        return
    for name in integration.secrets:
        if name not in secrets:
            yield unknown(("secrets", name), name, secrets, f"secret of {provider.name}")
    for name in integration.settings:
        if name not in settings:
            yield unknown(("settings", name), name, settings, f"setting of {provider.name}")


def _unset_placeholders(integration: Integration, settings: Mapping[str, Any]) -> Iterator[Complaint]:
    known = {*integration.secrets, *settings}
    for slug, own in _custom(integration).items():
        asked = {key: value for key, value in own.items() if key not in PATTERNS}
        for name in sorted(names_in(asked) - known):
            yield Complaint(("checks", slug), f"{{{name}}} is neither a secret nor a setting of this integration", nearest(name, known))


def _custom(integration: Integration) -> dict[str, Any]:
    return {slug: check.own for slug, check in integration.checks.items() if check.kind is not None}
