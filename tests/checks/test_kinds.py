"""Kinds of probe are found by looking in their folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import checks.probes
from checks.kinds import kinds
from checks.runner import Job, Runner
from core.health import Cause


def test_every_file_in_the_folder_is_a_kind() -> None:
    files = {path.stem for path in Path(checks.probes.__path__[0]).glob("[a-z]*.py")}
    assert set(kinds()) == files
    assert {"http", "statuspage", "tls", "dns", "tcp", "heartbeat"} <= files


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_parameter_of_a_kind_is_described_for_editors(name: str) -> None:
    schema = kinds()[name].params.model_json_schema()
    assert json.dumps(schema)
    assert all(field.description for field in kinds()[name].params.model_fields.values())


@pytest.mark.anyio
async def test_a_heartbeat_that_is_asked_by_mistake_says_so(runner: Runner) -> None:
    finding = await runner.run(Job(kinds()["heartbeat"].probe({"every": "1h"}), 1.0))
    assert finding.outcome.cause is Cause.CONFIG
