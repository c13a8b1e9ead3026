"""A vendor, as facts: what it needs, how it is asked, what its errors mean, where it speaks of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from checks.errors import ErrorTable
from checks.vantage import Probe


class Counts(StrEnum):
    """Whether a check's results count for its integration."""

    ALWAYS = "always"
    FALLBACK = "fallback"  # only where no check that always counts is set up: `reachability`
    NEVER = "never"  # a voice or a clock: status pages, certificates


class NoParams(BaseModel):
    """A probe with nothing to set beside its schedule."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class SecretSpec:
    """A credential by the provider's own name. `pattern` is its published shape (None: it has none)."""

    name: str
    title: str
    permission: str = ""  # the least it must be allowed
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """Something an integration sets. `default is None` and `required` means: must be given."""

    name: str
    title: str
    default: str | None = None
    required: bool = False
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """One question of a provider. `build` gets the integration's settings (defaults filled in) and validated params."""

    slug: str
    name: str
    build: Callable[[Mapping[str, Any], Mapping[str, Any]], Probe]
    kind: str = "http"
    needs: tuple[tuple[str, ...], ...] = ()  # alternatives: one whole tuple of secrets must be set; (): none needed
    needs_settings: tuple[str, ...] = ()
    counts: Counts = Counts.ALWAYS
    interval_s: int = 60
    timeout_s: int = 10
    params: type[BaseModel] = NoParams
    calls: int = 1  # of the vendor's budget, per run

    def allowed_by(self, secrets: Mapping[str, Any]) -> bool:
        """Whether these secrets are enough to ask."""
        return not self.needs or any(set(names) <= set(secrets) for names in self.needs)


@dataclass(frozen=True, slots=True)
class StatusPage:
    """A vendor's own page: for people `url`, for us `endpoint`, read by `engine` (checks/statuspages/<engine>.py)."""

    url: str
    engine: str | None
    endpoint: str | None = None
    components: tuple[str, ...] = ()  # of ours unless the integration says otherwise; empty: the whole page
    note: str = ""  # "engine not yet built: rss"


@dataclass(frozen=True, slots=True)
class PublishedSla:
    """What the vendor promises in public."""

    availability_pct: str
    window: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """How the vendor signs what it sends us."""

    scheme: str
    headers: tuple[str, ...]
    signed: str
    tolerance_s: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """One vendor. Files in checks/providers export it as `PROVIDER`."""

    slug: str
    name: str
    category: str
    docs: str
    probes: Mapping[str, ProbeSpec]
    errors: ErrorTable
    secrets: tuple[SecretSpec, ...] = ()
    settings: tuple[SettingSpec, ...] = ()
    status_page: StatusPage | None = None
    upstreams: tuple[str, ...] = ()  # what it stands on itself, where it says so
    calls_per_minute: int = 60  # our own politeness, all integrations of it together
    sla: PublishedSla | None = None
    signature: Signature | None = None
    open_secrets: bool = False  # the generic provider takes secrets of any name
