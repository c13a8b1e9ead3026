"""Who plays in the demo: an invented shop's integrations, read from cast.yaml beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import yaml

HEARTBEAT: Final = "heartbeat"


@dataclass(frozen=True, slots=True)
class Part:
    """One integration of the demo. `usual_ms` is the median of its answers; `vendor` the lab's, None for a job of one's own."""

    slug: str
    vendor: str | None
    name: str
    category: str
    owner: str
    usual_ms: float
    criticality: str = "medium"
    flows: tuple[str, ...] = ()
    runbook: str = ""
    availability: str | None = None  # the objective, per cent
    latency_ms: int | None = None
    contract: str | None = None  # the vendor's promise, per cent
    source: str = ""
    limit_ms: int | None = None  # slower than this is degraded
    environment: str = "production"
    tags: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()
    page: tuple[str, ...] | None = None  # components of its status page that are ours; None: the page is not read
    joined_days_ago: int | None = None  # younger than the history
    keyed: bool = True  # False: asked as a stranger would

    @property
    def check(self) -> str:
        """The check that counts."""
        if self.vendor is None:
            return HEARTBEAT
        return "api" if self.keyed else "reachability"


def _read() -> tuple[Part, ...]:
    found: list[dict[str, Any]] = yaml.safe_load((files("lab") / "cast.yaml").read_text())
    return tuple(Part(**{name: _frozen(value) for name, value in entry.items()}) for entry in found)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


PARTS: Final = _read()
CERTIFICATE: Final = ("stripe", "certificate")


def checks() -> tuple[tuple[str, str], ...]:
    """Every (integration, check) of the demo: those that count, status pages, one certificate. At most 40."""
    found: list[tuple[str, str]] = []
    for part in PARTS:
        found.append((part.slug, part.check))
        if part.page is not None:
            found.append((part.slug, "status_page"))
    return (*found, CERTIFICATE)


def part_named(slug: str) -> Part:
    return next(part for part in PARTS if part.slug == slug)
