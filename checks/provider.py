"""A vendor, as facts: what it needs, how it is asked, what its errors mean, where it speaks of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from checks.errors import ErrorTable
from checks.fields import Model
from checks.vantage import Probe

Build = Callable[[Mapping[str, Any], Any], Probe]
"""From the integration's settings (defaults filled in) and the check's validated params to a probe."""


class Counts(StrEnum):
    """Whether a check's results count for its integration."""

    ALWAYS = "always"
    FALLBACK = "fallback"  # only where no check of the provider that always counts is set up: `reachability`
    NEVER = "never"  # a voice or a clock: status pages, certificates


class NoParams(Model):
    """Nothing to set beside the schedule."""


@dataclass(frozen=True, slots=True)
class SecretSpec:
    """A credential by the provider's own name. `pattern` is its published shape, where it has one."""

    name: str
    title: str
    permission: str = ""  # the least it must be allowed
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """Something an integration may set. `default` may hold `{other_setting}`."""

    name: str
    title: str
    default: str | None = None
    required: bool = False
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """One question of a provider."""

    slug: str
    name: str
    build: Build
    kind: str = "http"
    needs: tuple[frozenset[str], ...] = ()  # one of these sets of secrets must be there; (): no secret needed
    needs_settings: tuple[str, ...] = ()
    counts: Counts = Counts.ALWAYS
    interval_s: int | None = None  # None: the configuration's default
    params: type[BaseModel] = NoParams
    calls: int = 1  # of the vendor's API in one run: what the call budget counts

    def allowed_by(self, secrets: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
        """Whether these are enough to ask."""
        has_secrets = not self.needs or any(names <= set(secrets) for names in self.needs)
        return has_secrets and all(settings.get(name) is not None for name in self.needs_settings)


@dataclass(frozen=True, slots=True)
class StatusPage:
    """A vendor's own page. `engine` is a file of checks/statuspages; None: not readable yet, `note` says why."""

    url: str
    engine: str | None = "statuspage"
    components: tuple[str, ...] = ()  # ours unless the integration says otherwise; empty: the whole page
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublishedSla:
    """What the vendor promises in public, in per cent of a window."""

    availability_pct: str
    window: str
    url: str
    credits: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """How the vendor signs what it sends to us."""

    scheme: str
    headers: tuple[str, ...]
    signed: str  # what is signed, as a pattern
    tolerance_s: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """One vendor. Each file in checks/providers exports one as `PROVIDER`."""

    slug: str
    name: str
    category: str
    docs: str
    probes: tuple[ProbeSpec, ...]
    errors: ErrorTable
    secrets: tuple[SecretSpec, ...] = ()
    settings: tuple[SettingSpec, ...] = ()
    status_page: StatusPage | None = None
    upstreams: tuple[str, ...] = ()  # what it stands on itself, where it says so; may hold `{setting}`
    calls_per_minute: int | None = 60  # our own politeness over all its integrations; None: no vendor behind it
    sla: PublishedSla | None = None
    signature: Signature | None = None
    open_names: bool = False  # takes secrets and settings of any name: the generic provider

    def probe(self, slug: str) -> ProbeSpec | None:
        return next((spec for spec in self.probes if spec.slug == slug), None)
