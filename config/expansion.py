"""Which checks an integration has: the provider's own that its secrets allow, and those declared by kind, with their schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from checks.kinds import kinds
from checks.provider import Counts, ProbeSpec, Provider
from config.explain import complaints
from config.models import Check, Defaults, Integration
from config.politeness import too_often, vendors
from config.problems import Complaint, if_meant, unknown
from core.declared import DeclaredCheck
from core.durations import format_duration

SCHEDULE: Final = frozenset(Check.model_fields)
UNCOUNTED_KINDS: Final = frozenset({"statuspage", "tls"})  # a voice and a clock
INTERVAL_OF_KIND: Final = {"tls": 3_600_000}  # a certificate does not change by the minute
SHORTEST_RETRY_MS: Final = 20_000


@dataclass(slots=True)
class Expanded:
    """The checks of one integration, what is wrong with some, and which intervals somebody chose. Paths begin below the integration."""

    checks: list[DeclaredCheck] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)  # slugs whose interval stands in the file
    calls: dict[str, int] = field(default_factory=dict)  # of the vendor's budget, per run


def expand(integration: Integration, provider: Provider, settings: Mapping[str, Any], defaults: Defaults) -> Expanded:
    """Every check that is to run."""
    found = Expanded()
    keyed = _has_keyed_check(integration, provider, settings)
    for spec in provider.probes:
        entry = integration.checks.get(spec.slug)
        if entry is None or entry.kind is None:
            _own(found, spec, entry, integration, settings, defaults, keyed=keyed)
    for slug, entry in integration.checks.items():
        if entry.kind is not None:
            _by_kind(found, slug, entry, defaults)
        elif provider.probe(slug) is None:
            _unknown_check(found, slug, entry, provider, integration, settings, defaults, keyed=keyed)
    found.complaints.extend(too_often(integration, vendors(integration, provider, settings, found.checks), defaults))
    return found


def _unknown_check(
    found: Expanded,
    slug: str,
    entry: Check,
    provider: Provider,
    integration: Integration,
    settings: Mapping[str, Any],
    defaults: Defaults,
    *,
    keyed: bool,
) -> None:
    """Refused, and judged as the provider's check it is nearest to."""
    wrong = _no_such_check(slug, provider)
    found.complaints.append(wrong)
    if (near := provider.probe(wrong.nearest or "")) is not None:
        meant = Expanded()
        _own(meant, replace(near, slug=slug), entry, integration, settings, defaults, keyed=keyed)
        _take_over(found, meant, near.slug)


def _take_over(found: Expanded, meant: Expanded, word: str) -> None:
    """The checks, too: how often they ask is judged with the others."""
    found.complaints.extend(if_meant(meant.complaints, word))
    found.checks.extend(meant.checks)


def _no_such_check(slug: str, provider: Provider) -> Complaint:
    if slug == "status_page" and provider.status_page is not None:
        return Complaint(("checks", slug), f"the status page of {provider.name} cannot be read: {provider.status_page.note}")
    complaint = unknown(("checks", slug), slug, [spec.slug for spec in provider.probes], "check")
    return Complaint(complaint.path, f"{provider.name} has no check of this name; a check of your own says its kind", complaint.nearest)


def _has_keyed_check(integration: Integration, provider: Provider, settings: Mapping[str, Any]) -> bool:
    """Whether one of the provider's checks that always count is set up: then `reachability` does not."""
    always = (spec for spec in provider.probes if spec.counts is Counts.ALWAYS)
    return any(spec.allowed_by(integration.secrets, settings) and _enabled(integration.checks.get(spec.slug)) for spec in always)


def _enabled(entry: Check | None) -> bool:
    return entry is None or entry.enabled


def _own(
    found: Expanded,
    spec: ProbeSpec,
    entry: Check | None,
    integration: Integration,
    settings: Mapping[str, Any],
    defaults: Defaults,
    *,
    keyed: bool,
) -> None:
    """One of the provider's checks: run when it can be, refused when it was asked for and cannot."""
    if not _enabled(entry):
        return
    if not spec.allowed_by(integration.secrets, settings):
        if entry:
            found.complaints.append(Complaint(("checks", spec.slug), _lacking(spec, integration, settings)))
            _valid(found, spec.slug, spec.params, entry)
        return
    entry = entry or Check()
    _valid(found, spec.slug, spec.params, entry)
    counts = spec.counts is Counts.ALWAYS or (spec.counts is Counts.FALLBACK and not keyed)
    interval_ms = spec.interval_s * 1_000 if spec.interval_s else None
    found.calls[spec.slug] = spec.calls
    _add(found, entry, defaults, slug=spec.slug, name=spec.name, kind=spec.kind, counts=counts, probe=spec.slug, interval_ms=interval_ms)


def _lacking(spec: ProbeSpec, integration: Integration, settings: Mapping[str, Any]) -> str:
    if missing := [name for name in spec.needs_settings if settings.get(name) is None]:
        return f"this check needs the setting {' and '.join(missing)}"
    wanted = ", or ".join(" and ".join(sorted(names - set(integration.secrets))) for names in spec.needs)
    return f"this check needs the secret {wanted}"


def _by_kind(found: Expanded, slug: str, entry: Check, defaults: Defaults) -> None:
    """A check declared by its kind."""
    kind = kinds().get(entry.kind or "")
    if kind is None:
        wrong = unknown(("checks", slug, "kind"), entry.kind or "", kinds(), "kind of check")
        found.complaints.append(wrong)
        if wrong.nearest is not None:
            meant = Expanded()
            _by_kind(meant, slug, entry.model_copy(update={"kind": wrong.nearest}), defaults)
            _take_over(found, meant, wrong.nearest)
        return
    if not entry.enabled:
        return
    valid = _valid(found, slug, kind.params, entry)
    found.calls[slug] = 1 if kind.name == "http" else 0
    counts = kind.name not in UNCOUNTED_KINDS
    if kind.name == "heartbeat":
        _add_heartbeat(found, slug, entry, kind.params.model_validate(entry.own) if valid else None, defaults)
    else:
        _add(found, entry, defaults, slug=slug, name=slug, kind=kind.name, counts=counts, interval_ms=INTERVAL_OF_KIND.get(kind.name))


def _valid(found: Expanded, slug: str, params: type[BaseModel], entry: Check) -> bool:
    try:
        params.model_validate(entry.own)
    except ValidationError as error:
        found.complaints.extend(complaint.below("checks", slug) for complaint in complaints(error, params, SCHEDULE))
        return False
    return True


def _add_heartbeat(found: Expanded, slug: str, entry: Check, params: Any, defaults: Defaults) -> None:
    """It comes by itself, every so often: that is its interval, and nothing is asked."""
    if entry.interval is not None:
        found.complaints.append(Complaint(("checks", slug, "interval"), "a heartbeat says every, not interval"))
    if params is None or entry.interval is not None:
        return
    _add(found, entry, defaults, slug=slug, name=slug, kind="heartbeat", counts=True, interval_ms=params.every, grace_ms=params.grace)


def _add(found: Expanded, entry: Check, defaults: Defaults, *, slug: str, name: str, interval_ms: int | None, **more: Any) -> None:
    interval = entry.interval or interval_ms or defaults.interval
    retry = entry.retry or defaults.retry or min(SHORTEST_RETRY_MS, interval)
    timeout = entry.timeout or defaults.timeout
    limit = entry.latency_limit or (defaults.latency_limit if more["counts"] else None)
    asked = more["kind"] != "heartbeat"
    if entry.counts is not None:
        more["counts"] = entry.counts
    if entry.interval is not None:
        found.chosen.add(slug)
    found.complaints.extend(_schedule_complaints(slug, entry, interval, retry, timeout, asked=asked))
    found.checks.append(
        DeclaredCheck(
            slug=slug,
            name=entry.title or name,
            interval_ms=interval,
            retry_ms=retry,
            timeout_ms=timeout,
            fail_after=entry.fail_after or (defaults.fail_after if asked else 1),  # a heartbeat's patience is its grace
            recover_after=entry.recover_after or (defaults.recover_after if asked else 1),
            slow_after=entry.slow_after or defaults.slow_after,
            unslow_after=entry.unslow_after or defaults.unslow_after,
            latency_limit_us=limit * 1_000 if limit else None,
            params=entry.own,
            reuse=entry.reuse,
            renamed_from=entry.renamed_from,
            **more,
        )
    )


def _schedule_complaints(slug: str, entry: Check, interval: int, retry: int, timeout: int, *, asked: bool) -> Iterator[Complaint]:
    """A run that may outlast its retry would meet itself; a retry after the next regular run is none."""
    shown = {"interval": format_duration(interval), "retry": format_duration(retry), "timeout": format_duration(timeout)}
    if asked and timeout > retry:
        key = "timeout" if entry.timeout else "retry" if entry.retry else "interval"
        words = "the timeout of {timeout} is longer than the retry time of {retry}: lower the one or raise the other"
        yield Complaint(("checks", slug, key), words.format(**shown))
    if asked and retry > interval:
        words = "the retry time of {retry} is longer than the interval of {interval}"
        yield Complaint(("checks", slug, "retry"), words.format(**shown))
