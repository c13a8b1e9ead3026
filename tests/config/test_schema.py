"""The schema editors use says what loading says."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from config.document import read_document
from config.loading import load
from config.schema import schema

VALID = """\
version: 1
defaults: {interval: 60s, timeout: 10s}
channels:
  ops: {kind: slack, token: env:SLACK_BOT_TOKEN, channel: "#ops"}
alerting: {channel: ops, reminder: 30m}
integrations:
  - slug: stripe
    provider: stripe
    objective: {availability: 99.9, latency: 800ms, latency_share: 95}
    contract: {availability: 99.9, read_at: 2026-01-31}
    secrets: {secret_key: env:STRIPE_KEY}
    settings: {base_url: "http://127.0.0.1:4010", livemode: false}
    private_targets: true
    checks:
      api: {interval: 5m}
      status_page: {components: [api]}
      orders: {kind: http, url: "{base_url}/x", expect: {json: [{path: $.ok, equals: true}]}}
      export: {kind: heartbeat, every: 1h, grace: 5m}
maintenance:
  - {name: Move, once: {start: 2026-12-01T01:00, end: 2026-12-01T02:00}, zone: Europe/Berlin, integrations: [stripe]}
silences:
  - {weekly: {day: sunday, start: "02:00", end: "04:00"}}
"""
STRUCTURAL = [
    "key_misspelt",
    "unknown_section",
    "version_missing",
    "version_of_the_future",
    "provider_misspelt",
    "criticality_misspelt",
    "secret_plain_word",
    "setting_missing",
    "check_without_kind",
    "check_key_misspelt",
    "check_of_provider_key_misspelt",
    "duration_bare_number",
    "count_zero",
    "flag_yes",
    "channel_kind_misspelt",
    "channel_key_misspelt",
    "window_day_misspelt",
    "share_over_100",
]


def errors(text: str) -> list[str]:
    validator: Any = jsonschema_rs.validator_for(schema())
    return [str(error.message) for error in validator.iter_errors(read_document(text).value)]


def test_what_loads_passes_the_schema() -> None:
    assert load(VALID).errors == ()
    assert errors(VALID) == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_an_editor_marks_what_loading_refuses(name: str) -> None:
    assert errors((Path(__file__).parent / "invalid" / f"{name}.yaml").read_text())


def test_the_example_passes_the_schema() -> None:
    assert errors(Path("config.example.yaml").read_text()) == []


def test_every_key_has_a_description() -> None:
    definitions = {**schema()["$defs"], "the file": schema()}
    named = ("Integration", "Check", "Defaults", "Objective", "Contract", "Alerting", "Window", "Once", "Weekly", "the file")
    silent = [f"{name}.{key}" for name in named for key, value in definitions[name]["properties"].items() if not value.get("description")]

    assert silent == []


def test_defaults_are_shown_as_they_are_written() -> None:
    assert schema()["$defs"]["Defaults"]["properties"]["interval"]["default"] == "1m"
