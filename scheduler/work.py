"""What the runner needs of every check: its probe, its resolved secrets, and what survives between its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from checks.afterwards import KEPT_SECRETS
from checks.registry import probe_for, providers, secrets_for
from checks.runner import Job
from config.secrets import resolve_all
from core.declared import DeclaredCheck, DeclaredIntegration
from storage.catalogue import Catalogue

HEARTBEAT: Final = "heartbeat"
PAST_SECRETS: Final = 10  # of one check, the newest


@dataclass(slots=True)
class Works:
    """Jobs by check id, and what stands in their way. Heartbeats have none: nothing is asked."""

    jobs: dict[int, Job] = field(default_factory=dict)
    asked: dict[int, str] = field(default_factory=dict)  # a digest of what a check asks with
    names: dict[int, str] = field(default_factory=dict)  # `integration/check`
    missing: dict[str, dict[str, str]] = field(default_factory=dict)  # integration slug -> secret -> sentence
    broken: dict[str, str] = field(default_factory=dict)  # `integration/check` -> sentence
    calls: dict[int, int] = field(default_factory=dict)  # of the vendor's budget, per run; 1 where nothing is said
    budgets: dict[str, int] = field(default_factory=dict)  # provider -> calls a minute, all integrations of it together


def works(catalogue: Catalogue, env: Mapping[str, str], before: Works | None = None) -> Works:
    """Jobs for everything planned. Token caches of checks whose job is the same as before are kept."""
    made = Works()
    for ident, declared in catalogue.integrations.items():
        values, missing = resolve_all(declared.secrets, env)
        if missing:
            made.missing[declared.slug] = missing
        plans = {plan.slug: plan for plan in catalogue.plan.integrations[ident].checks}
        provider = providers().get(declared.catalogue or declared.provider)  # None: its file is broken or gone
        if provider and provider.calls_per_minute:
            made.budgets[declared.provider] = provider.calls_per_minute
        for check in declared.checks:
            plan = plans[check.slug]
            name = made.names[plan.id] = f"{declared.slug}/{check.slug}"
            if check.kind == HEARTBEAT:
                continue
            spec = provider.probe(check.probe) if provider and check.probe else None
            made.calls[plan.id] = spec.calls if spec else 1
            made.asked[plan.id] = check.fingerprint
            try:
                made.jobs[plan.id] = job(declared, check, values, missing, _kept(before, plan.id, check, values))
            except (ValidationError, LookupError, ValueError) as error:
                made.broken[name] = _sentence(error)
    return made


def _kept(before: Works | None, check: int, declared: DeclaredCheck, secrets: Mapping[str, str]) -> dict[str, Any]:
    """What survives: no token where the check asks something else now, or with another key (a token is of the key it was had for)."""
    old = before.jobs.get(check) if before else None
    if before is None or old is None:
        return {}
    same = before.asked.get(check) == declared.fingerprint and dict(old.secrets) == dict(secrets)
    return old.keep if same else _past(old, secrets)


def _past(old: Job, secrets: Mapping[str, str]) -> dict[str, Any]:
    """Values of before are taken out of what is kept as well: a vendor may say them again after a key was changed."""
    known = dict.fromkeys([*old.keep.get(KEPT_SECRETS, {}).values(), *old.secrets.values()])
    gone = [value for value in known if value not in secrets.values()][-PAST_SECRETS:]
    return {KEPT_SECRETS: {f"before {number}": value for number, value in enumerate(gone)}} if gone else {}


def job(
    declared: DeclaredIntegration,
    check: DeclaredCheck,
    secrets: Mapping[str, str],
    missing: Mapping[str, str] | None = None,
    keep: dict[str, Any] | None = None,
) -> Job:
    """One check as the runner takes it; it lacks those of the `missing` that it asks with. Raises what `probe_for` raises."""
    return Job(
        probe=probe_for(declared, check),
        timeout_s=check.timeout_ms / 1000,
        secrets=secrets,
        settings=declared.settings,
        keep={} if keep is None else keep,
        latency_limit_us=check.latency_limit_us,
        private_targets=declared.private_targets,
        reuse=check.reuse,
        provider=declared.provider,
        missing_secrets=tuple(sorted(secrets_for(declared, check) & set(missing or ()))),
    )


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return "its provider's file is broken or gone" if isinstance(error, KeyError) else str(error)
