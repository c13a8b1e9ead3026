"""From what is declared to what is planned: defaults filled in, the provider's checks expanded, intervals fitted to budgets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from checks.provider import Provider
from checks.registry import GENERIC, broken, providers, settings_of, upstreams_of
from config.capacity import Demand, fit, stretched
from config.expansion import Expanded, expand
from config.meaning import meaning_of
from config.models import Contract, Defaults, Integration, Objective
from config.problems import Complaint, if_meant, nearest
from config.targets import refused_targets
from config.windows import Window
from core import maintenance, plan
from core.declared import DeclaredIntegration, Promise
from core.escape import slug_of


@dataclass(frozen=True, slots=True)
class Planned:
    """One integration as it would run, and what speaks against it. Paths of complaints begin below the integration."""

    declared: DeclaredIntegration | None
    complaints: tuple[Complaint, ...]
    chosen: frozenset[str] = frozenset()
    calls: Mapping[str, int] = field(default_factory=dict)
    provider: Provider | None = None

    @property
    def usable(self) -> bool:
        return self.declared is not None and all(complaint.warning for complaint in self.complaints)


def plan_integration(integration: Integration, defaults: Defaults) -> Planned:
    """One integration by itself, before it meets the others of its vendor."""
    provider = providers().get(integration.provider)
    if provider is None:
        wrong = no_such_provider(integration.provider, providers(), broken())
        return Planned(None, (wrong, *_in_doubt(integration, wrong.nearest, defaults)))
    settings = settings_of(provider, integration.settings)
    expanded = expand(integration, provider, settings, defaults)
    targets = refused_targets(integration, provider, settings)
    found = (*meaning_of(integration, provider, settings), *targets, *expanded.complaints, *_nothing_counts(expanded))
    return Planned(_declare(integration, provider, settings, expanded), found, frozenset(expanded.chosen), expanded.calls, provider)


def _in_doubt(integration: Integration, near: str | None, defaults: Defaults) -> Iterator[Complaint]:
    """What is wrong whoever the provider is: with checks of one's own. And what would be if the nearest one is meant."""
    own = {slug: check for slug, check in integration.checks.items() if check.kind is not None}
    nobody = replace(providers()[GENERIC], probes=(), settings=())
    alone = integration.model_copy(update={"checks": own})
    certain = expand(alone, nobody, integration.settings, defaults).complaints
    certain.extend(refused_targets(alone, nobody, integration.settings))
    yield from certain
    if near is not None:
        meant = plan_integration(integration.model_copy(update={"provider": near}), defaults).complaints
        yield from if_meant((found for found in meant if found not in certain), near)


def no_such_provider(slug: str, known: Iterable[str], broken: Mapping[str, str]) -> Complaint:
    """Misspelt, or its file in the catalogue is broken and says why."""
    why = broken.get(f"{slug}.py", "")
    if why:
        return Complaint(("provider",), " ".join(why.split()))
    near = nearest(slug, known)
    rest = "" if near else f": {GENERIC} asks any vendor, and docs/configuration.md lists those that are known"
    return Complaint(("provider",), f"there is no such provider{rest}", near)


def fit_together(planned: Mapping[int, Planned]) -> tuple[dict[int, Planned], list[Complaint]]:
    """Integrations of one vendor share its call budget: their unchosen intervals are stretched until all fits, and some give way.

    Keys are positions in the file; complaints begin at the file's top. One integration each gives way: it is not among the fitted.
    """
    fitted = dict(planned)
    complaints: list[Complaint] = []
    by_vendor = sorted(planned, key=lambda index: (_vendor(planned[index]), index))
    for vendor, group in groupby(by_vendor, key=lambda index: _vendor(planned[index])):
        members = list(group)
        provider = planned[members[0]].provider
        demands = [demand for index in members for demand in _demands(index, planned[index])]
        factor, refused = fit(demands, provider.calls_per_minute if provider else None, vendor) if demands else (1.0, [])
        complaints.extend(refused)
        fitted.update({index: _stretch(planned[index], factor) for index in members})
    given_way = {complaint.integration for complaint in complaints}
    return {index: one for index, one in fitted.items() if index not in given_way}, complaints


def covered(window: Window, integrations: Sequence[Integration]) -> frozenset[str] | None:
    """Slugs a maintenance window or silence is for; None: all of them."""
    if not window.integrations and not window.tags:
        return None
    tagged = {integration.slug for integration in integrations if set(integration.tags) & set(window.tags)}
    return frozenset({*window.integrations, *tagged})


def rule_of(window: Window) -> maintenance.Rule:
    """A window in the form `core.maintenance` expands."""
    if window.once is not None:
        return maintenance.Once(window.once.start, window.once.end, window.zone)
    if window.weekly is None:
        raise ValueError("a window is either once or weekly")
    return maintenance.Weekly(window.weekly.day, window.weekly.start, window.weekly.end, window.zone)


def _vendor(planned: Planned) -> str:
    return planned.declared.provider if planned.declared else ""


def _demands(index: int, planned: Planned) -> Iterator[Demand]:
    for check in planned.declared.checks if planned.declared else ():
        if calls := planned.calls.get(check.slug, 0):
            path = ("integrations", index, "checks", check.slug)
            yield Demand(path, check.interval_ms, check.timeout_ms, calls, check.slug in planned.chosen)


def _stretch(planned: Planned, factor: float) -> Planned:
    if planned.declared is None or factor <= 1.0:
        return planned
    checks = tuple(
        replace(check, interval_ms=stretched(check.interval_ms, factor), wanted_interval_ms=check.interval_ms)
        if planned.calls.get(check.slug) and check.slug not in planned.chosen
        else check
        for check in planned.declared.checks
    )
    return replace(planned, declared=replace(planned.declared, checks=checks))


def _declare(integration: Integration, provider: Provider, settings: Mapping[str, Any], expanded: Expanded) -> DeclaredIntegration:
    generic = provider.slug == GENERIC
    vendor = integration.vendor or integration.name or integration.slug
    name = integration.name or (vendor if generic else provider.name)
    digest = _digest(integration, settings)
    return DeclaredIntegration(
        slug=integration.slug,
        name=name,
        provider=slug_of(vendor) if generic else provider.slug,
        provider_name=vendor if generic else provider.name,
        category=integration.category or provider.category,
        environment=integration.environment,
        owner=integration.owner,
        runbook=integration.runbook,
        criticality=integration.criticality,
        tags=integration.tags,
        flows=integration.flows,
        upstreams=integration.upstreams or upstreams_of(provider, settings),
        objective=_objective(integration.objective),
        promise=_promise(integration.contract),
        status_page_url=settings.get("status_url") or (provider.status_page.url if provider.status_page else None),
        channels=integration.channels,
        secrets=integration.secrets,
        settings=settings,
        private_targets=integration.private_targets,
        checks=tuple(replace(check, surroundings=digest) for check in expanded.checks),
        renamed_from=integration.renamed_from,
        catalogue=provider.slug,
    )


def _nothing_counts(expanded: Expanded) -> Iterator[Complaint]:
    if not any(check.counts for check in expanded.checks):
        yield Complaint((), "no check of it counts, so its status is always unknown", warning=True)


def _digest(integration: Integration, settings: Mapping[str, Any]) -> str:
    """What a check asks depends on these, too: with another key or address its history of success begins anew."""
    asked = [integration.provider, settings, integration.secrets, integration.private_targets]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _objective(objective: Objective | None) -> plan.Objective | None:
    return plan.Objective(objective.availability, objective.latency, objective.latency_share) if objective else None


def _promise(contract: Contract | None) -> Promise | None:
    if contract is None:
        return None
    return Promise(str(contract.availability), contract.source, contract.read_at.isoformat() if contract.read_at else None)
