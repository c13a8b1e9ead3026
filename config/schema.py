"""The JSON schema of integrations.yaml, for editors: what each provider, kind of check and channel takes, with descriptions.

`python -m config.schema` prints it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from alerts.catalogue import channel_kinds
from checks.kinds import kinds
from checks.provider import Provider
from checks.registry import providers
from config.models import Check, Config
from core.durations import PATTERN, format_duration

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The whole of it, self-contained."""
    models = _models()
    found, whole = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = whole["$defs"]
    names = {model: str(found[model, "validation"]["$ref"]).rpartition("/")[2] for model in models}
    _readable_defaults(definitions)
    definitions["CheckOfAKind"] = {"anyOf": [_kind(definitions, names, name) for name in kinds()]}
    integration = definitions["Integration"]
    integration["properties"]["provider"] |= {"enum": sorted(providers())}
    integration["allOf"] = [_provider(definitions, names, provider) for provider in providers().values()]
    definitions["Channel"] = {"anyOf": [_channel(definitions, names, name) for name in channel_kinds()]}
    return {"$schema": DIALECT, "title": "integrations.yaml", **definitions.pop(names[Config]), "$defs": definitions}


def _models() -> list[type[BaseModel]]:
    own = [spec.params for provider in providers().values() for spec in provider.probes]
    of_kinds = [kind.params for kind in kinds().values()]
    return list(dict.fromkeys([Config, Check, *own, *of_kinds, *(kind.config for kind in channel_kinds().values())]))


def _provider(definitions: Mapping[str, Any], names: Mapping[type[BaseModel], str], provider: Provider) -> dict[str, Any]:
    """What follows from `provider: stripe`."""
    checks = {spec.slug: {"anyOf": [_check(definitions, names, spec.params), _ref("CheckOfAKind")]} for spec in provider.probes}
    secrets = {spec.name: {"type": "string", "description": _sentence(spec.title, spec.permission)} for spec in provider.secrets}
    settings: dict[str, Any] = {spec.name: {"description": spec.title} for spec in provider.settings}
    then = {
        "secrets": {"type": "object", "properties": secrets},
        "settings": {"type": "object", "properties": settings, "required": [spec.name for spec in provider.settings if spec.required]},
        "checks": {"type": "object", "properties": checks, "additionalProperties": _ref("CheckOfAKind")},
    }
    required = ["settings"] if any(spec.required for spec in provider.settings) else []
    condition = {"properties": {"provider": {"const": provider.slug}}, "required": ["provider"]}
    return {"if": condition, "then": {"properties": then, "required": required}}


def _check(definitions: Mapping[str, Any], names: Mapping[type[BaseModel], str], params: type[BaseModel]) -> dict[str, Any]:
    """The schedule's keys and those of the check itself; nothing else."""
    schedule = {key: value for key, value in definitions[names[Check]]["properties"].items() if key != "kind"}
    own = definitions[names[params]]
    merged = {"type": "object", "properties": {**schedule, **own.get("properties", {})}, "additionalProperties": False}
    return {**merged, "required": own.get("required", []), "description": own.get("description", "")}


def _kind(definitions: Mapping[str, Any], names: Mapping[type[BaseModel], str], name: str) -> dict[str, Any]:
    check = _check(definitions, names, kinds()[name].params)
    properties = {"kind": {"const": name}, **check["properties"]}
    return {**check, "properties": properties, "required": ["kind", *check["required"]]}


def _channel(definitions: Mapping[str, Any], names: Mapping[type[BaseModel], str], name: str) -> dict[str, Any]:
    config = definitions[names[channel_kinds()[name].config]]
    return {**config, "properties": {**config["properties"], "kind": {"const": name}}, "required": ["kind", *config.get("required", [])]}


def _readable_defaults(node: Any) -> None:
    """Durations default to milliseconds in Python; an editor shows them as they are written."""
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _readable_defaults(inner)
    if isinstance(node, dict) and node.get("pattern") == PATTERN and isinstance(node.get("default"), int):
        node["default"] = format_duration(node["default"])


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def _sentence(title: str, permission: str) -> str:
    return f"{title}. It needs: {permission}." if permission else f"{title}."


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
