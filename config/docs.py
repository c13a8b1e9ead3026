"""docs/configuration.md, made from the models and the catalogues, so that it cannot say what is not so.

`python -m config.docs` prints it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from alerts.catalogue import channel_kinds
from checks.kinds import kinds
from checks.provider import Provider, SettingSpec
from checks.registry import providers
from config import models
from config.schema import schema
from core.durations import PATTERN
from core.maintenance import Weekday
from core.plan import Criticality

INTRODUCTION: Final = """# Configuration

This page is made from the models (`make docs`); a test fails when it is not fresh.

Everything that is watched is declared in one file, `integrations.yaml`. It is read again when it changes: a valid change is applied
at once, an invalid one leaves the last good configuration running and says where it is wrong. `integration-health validate` checks
it, `integration-health diff PATH` shows what a file would change. `python -m config.schema > integrations.schema.json` writes the JSON
schema that an editor completes and checks the file by.

```yaml
# yaml-language-server: $schema=./integrations.schema.json
version: 1
defaults: {interval: 60s, timeout: 10s}
channels:
  ops: {kind: slack, token: env:SLACK_BOT_TOKEN, channel: "#ops"}
alerting: {channel: ops, reminder: 30m}
integrations:
  - slug: stripe
    provider: stripe
    owner: payments
    criticality: high
    flows: [Checkout]
    objective: {availability: 99.9}
    secrets: {secret_key: env:STRIPE_KEY}
    checks:
      nightly-export: {kind: heartbeat, every: 1d, grace: 30m}
maintenance:
  - {name: Database move, once: {start: 2026-12-01T01:00, end: 2026-12-01T03:00}, zone: Europe/Berlin, integrations: [stripe]}
```

**How values are written.** Durations have a unit: `800ms`, `60s`, `5m`, `1h30m`, `7d`. Shares are per cent: `99.9`. Scalars follow
YAML 1.2, so `on`, `yes` and `12:30` are text. Aliases, tags, keys given twice and files above 1 MiB are refused.

**Secrets** are never written here, only named: `env:NAME` (an environment variable of the worker) or `file:PATH`. A value that looks
like a secret is refused, wherever it stands. Checks and settings refer to secrets and settings as `{name}`.

**One broken integration** never disables the others: it is left out and named, with file, line and key.
"""

SECTIONS: Final = (
    ("The file", models.Config),
    ("defaults", models.Defaults),
    ("integrations", models.Integration),
    ("objective", models.Objective),
    ("contract", models.Contract),
    ("checks", models.Check),
    ("alerting", models.Alerting),
    ("maintenance and silences", models.Window),
    ("once", models.Once),
    ("weekly", models.Weekly),
)
WORDS: Final[Mapping[str, type[StrEnum]]] = {"Criticality": Criticality, "Weekday": Weekday}


def render() -> str:
    """The page as Markdown."""
    whole = schema()
    parts = [INTRODUCTION, *(_section(f"## {title}", _model(whole, model.__name__), whole) for title, model in SECTIONS)]
    parts.append("## Kinds of check\n\nA check of your own says its `kind`. These keys stand beside those of every check.\n")
    parts.extend(_section(f"### kind: {name}", kind.params.model_json_schema(), None) for name, kind in kinds().items())
    parts.append("## Kinds of channel\n")
    parts.extend(
        _section(f"### kind: {name}", kind.config.model_json_schema(), None, skip=("kind",)) for name, kind in channel_kinds().items()
    )
    parts.append(
        "## Providers\n\nWhat each brings along. Its checks are there as soon as their secrets are; `enabled: false` switches one off.\n"
    )
    parts.extend("\n".join(_provider(provider)) for provider in providers().values())
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _model(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return whole if name == "Config" else whole["$defs"][name]


def _section(title: str, model: Mapping[str, Any], whole: Mapping[str, Any] | None, skip: Iterable[str] = ()) -> str:
    inner = [] if whole else [_section(f"#### {name}", part, model, ("kind",)) for name, part in model.get("$defs", {}).items()]
    text = re.sub(r"\s+", " ", model.get("description", "")).strip()
    rows = _rows(model, set(skip))
    table = ["| key | what | value |", "|---|---|---|", *rows] if rows else ["Nothing to set."]
    return "\n".join([title, "", *([text, ""] if text else []), *table, ""]) + "\n" + "\n".join(inner)


def _rows(model: Mapping[str, Any], skip: set[str]) -> list[str]:
    required = set(model.get("required", ()))
    return [
        f"| `{key}` | {_cell(field.get('description', ''))} | {_cell(_value(field, required=key in required))} |"
        for key, field in model.get("properties", {}).items()
        if key not in skip
    ]


def _value(field: Mapping[str, Any], *, required: bool) -> str:
    default = field.get("default")
    shown = (
        "required" if required else f"default `{_literal(default)}`" if default is not None and not isinstance(default, list | dict) else ""
    )
    return ", ".join(part for part in (_type(field), shown) if part)


def _type(field: Mapping[str, Any]) -> str:
    """In the words of somebody who writes YAML."""
    if "enum" in field:
        return " or ".join(f"`{_literal(value)}`" for value in field["enum"])
    if "const" in field:
        return f"`{_literal(field['const'])}`"
    if "$ref" in field:
        return _named(field["$ref"].rpartition("/")[2])
    for group in ("anyOf", "oneOf"):
        if group in field:
            return " or ".join(dict.fromkeys(_type(part) for part in field[group] if part.get("type") != "null"))
    return _simple(field)


def _named(name: str) -> str:
    if name in WORDS:
        return " or ".join(f"`{word}`" for word in WORDS[name])
    title = next((title for title, model in SECTIONS if model.__name__ == name), None)
    return f"[{title}](#{title.replace(' ', '-')})" if title else f"`{name}`"


def _simple(field: Mapping[str, Any]) -> str:
    kind = field.get("type")
    if field.get("pattern") == PATTERN:
        return "duration"
    if kind == "array":
        return f"list of {_type(field.get('items', {}))}"
    if kind == "object":
        return "mapping"
    if isinstance(kind, list):
        return "text, number, true or false"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return words.get(str(kind), "any value")


def _literal(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _provider(provider: Provider) -> Iterator[str]:
    yield f"### provider: {provider.slug}\n"
    yield f"{provider.name}, {provider.category}. [Documentation]({provider.docs}).\n"
    yield f"- checks: {', '.join(f'`{spec.slug}`' for spec in provider.probes)}"
    for secret in provider.secrets:
        yield f"- secret `{secret.name}`: {secret.title}" + (f"; at least: {secret.permission}" if secret.permission else "")
    yield from (_setting(setting) for setting in provider.settings)
    yield from _public(provider)
    if provider.calls_per_minute:
        yield f"- asked at most {provider.calls_per_minute} times a minute, all integrations together"
    yield ""


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


if __name__ == "__main__":
    sys.stdout.write(render())
