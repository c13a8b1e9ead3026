"""A provider as docs/configuration.md shows it: its checks, what it needs for them, and what the vendor says in public."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checks.kinds import kinds
from checks.provider import Counts, ProbeSpec, Provider, SecretSpec, SettingSpec
from config.wording import example_words, meaning_words, type_words
from core.durations import format_duration


def provider_section(provider: Provider) -> str:
    return "\n".join([f"### provider: {provider.slug}", "", *_lines(provider), ""])


def _lines(provider: Provider) -> Iterator[str]:
    yield f"{provider.name}, {provider.category}. [Documentation]({provider.docs})."
    yield ""
    yield from (_check(spec) for spec in provider.probes)
    yield from (_secret(secret) for secret in provider.secrets)
    yield from (_setting(setting) for setting in provider.settings)
    yield from _public(provider)
    if provider.calls_per_minute:
        yield f"- asked at most {provider.calls_per_minute} times a minute, all integrations together"


def _check(spec: ProbeSpec) -> str:
    """Its name, what it needs, whether it counts, how often it runs by itself, and the keys it takes beside the schedule's."""
    needs = ", or ".join(" and ".join(f"`{name}`" for name in sorted(names)) for names in spec.needs)
    facts = [f"with {needs}" if needs else "without a key"]
    if spec.needs_settings:
        verb = "is" if len(spec.needs_settings) == 1 else "are"
        facts.append(f"where {' and '.join(f'`{name}`' for name in spec.needs_settings)} {verb} set")
    facts += {Counts.FALLBACK: ["counts where no keyed check runs"], Counts.NEVER: ["does not count"]}.get(spec.counts, ["counts"])
    if spec.interval_s:
        facts.append(f"every {format_duration(spec.interval_s * 1000)}")
    return f"- check `{spec.slug}`: {', '.join(facts)}{_params(spec)}"


def _params(spec: ProbeSpec) -> str:
    """Keys it shares with the kind it is of are described there."""
    fields = spec.params.model_json_schema().get("properties", {})
    shared = [key for key in fields if key in kinds()[spec.kind].params.model_json_schema()["properties"]]
    words = f"; takes {' and '.join(f'`{key}`' for key in shared)} of [kind: {spec.kind}](#kind-{spec.kind})" if shared else ""
    return words + "".join(_own(key, field) for key, field in fields.items() if key not in shared)


def _own(key: str, field: Mapping[str, Any]) -> str:
    words = meaning_words(field).rstrip(".")
    return f"; takes `{key}` ({type_words(field, str)}): {words[:1].lower()}{words[1:]}, such as {example_words(field)}"


def _secret(secret: SecretSpec) -> str:
    return f"- secret `{secret.name}`: {secret.title}" + (f"; at least: {secret.permission}" if secret.permission else "")


def _setting(setting: SettingSpec) -> str:
    default = f", default `{setting.default}`" if setting.default else ""
    return f"- setting `{setting.name}`: {setting.title}{', required' if setting.required else default}"


def _public(provider: Provider) -> Iterator[str]:
    """What the vendor says in public: of its state, of its promise, and how it signs."""
    if page := provider.status_page:
        ours = f", components {', '.join(page.components)}" if page.components else ""
        yield f"- status page {page.url}" + (f" ({page.note})" if page.note else ours)
    if sla := provider.sla:
        yield f"- promises {sla.availability_pct} % of a {sla.window} ({sla.url})" + (f"; credit: {sla.credits}" if sla.credits else "")
    if signature := provider.signature:
        yield f"- signs what it sends: {signature.scheme}, over `{signature.signed}`"
