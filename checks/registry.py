"""Every provider, found by looking in `checks/providers`: add a file, and it is known."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any, Final

from checks import providers as folder
from checks.folder import Found, look_in
from checks.kinds import kinds
from checks.placeholders import NotConfigured, fill, placeholders_in
from checks.provider import Provider
from checks.vantage import Probe
from core.declared import DeclaredCheck, DeclaredIntegration

GENERIC: Final = "http"
_IMPLIED: Final = {"aws_sigv4": frozenset({"access_key_id", "secret_access_key"})}  # placeholders that stand there by default


def providers() -> Mapping[str, Provider]:
    """Providers by slug."""
    return _found().entries


def broken() -> Mapping[str, str]:
    """Provider files that cannot be used: file name to sentence. The others work."""
    return _found().broken


def find(package: ModuleType) -> Found[Provider]:
    """The providers of one folder; a file is named like the slug it exports, so that no two can claim the same one."""
    found = look_in(package, "PROVIDER", Provider)
    wrong = {f"{name}.py": f"{name}.py exports the slug {entry.slug}" for name, entry in found.entries.items() if entry.slug != name}
    right = {name: entry for name, entry in found.entries.items() if entry.slug == name}
    return Found(MappingProxyType(right), MappingProxyType({**found.broken, **wrong}))


@cache
def _found() -> Found[Provider]:
    return find(folder)


def settings_of(provider: Provider, given: Mapping[str, Any]) -> dict[str, Any]:
    """The integration's settings with the provider's defaults, `{other_setting}` filled in; what cannot be filled is left out."""
    settings = dict(given)
    for spec in provider.settings:
        if spec.name not in settings and spec.default is not None:
            value = filled(spec.default, settings)
            settings.update({} if value is None else {spec.name: value})
    return settings


def upstreams_of(provider: Provider, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What the vendor stands on in this integration's region; what cannot be filled in is left out."""
    return tuple(told for text in provider.upstreams if (told := filled(text, settings)) is not None)


def names_in(params: Any) -> set[str]:
    """The secrets and settings that the params of a check refer to."""
    return placeholders_in(params)


def secrets_for(integration: DeclaredIntegration, check: DeclaredCheck) -> frozenset[str]:
    """The integration's secrets this check asks with: none for a status page, so that a missing key does not silence it."""
    if check.probe is None:
        return frozenset(integration.secrets) & (names_in(dict(check.params)) | _IMPLIED.get(_auth_kind(check.params), frozenset()))
    provider = providers()[integration.catalogue or integration.provider]
    spec = provider.probe(check.probe)
    return frozenset(integration.secrets) if spec is not None and spec.needs else frozenset()


def probe_for(integration: DeclaredIntegration, check: DeclaredCheck) -> Probe:
    """The probe of a declared check: the provider's own, or one of its kind. Raises pydantic's `ValidationError` or `LookupError`."""
    if check.probe is None:
        return kinds()[check.kind].probe(check.params)
    provider = providers()[integration.catalogue or integration.provider]
    spec = provider.probe(check.probe)
    if spec is None:
        raise LookupError(f"provider {provider.slug} has no check {check.probe}")
    return spec.build(integration.settings, spec.params.model_validate(dict(check.params)))


def filled(text: str, values: Mapping[str, Any]) -> str | None:
    """`text` with every `{name}` replaced; None where one of them is not known."""
    try:
        return fill(text, values)
    except NotConfigured:
        return None


def _auth_kind(params: Mapping[str, Any]) -> str:
    auth = params.get("auth")
    return str(auth.get("kind")) if isinstance(auth, Mapping) else ""
