"""The demo's file: valid for the product, at most forty checks, every address the lab's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from config.loading import load
from lab.cast import PARTS
from lab.demo_config import CHECKS, OWN, demo, provider_of
from lab.world import Lab
from settings import load as load_settings

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


async def test_the_product_finds_nothing_wrong_with_it(lab: Lab) -> None:
    written = demo(lab, now=NOW)
    loaded = load(written.text, written.env)
    assert [str(problem) for problem in loaded.problems] == []


async def test_it_declares_the_checks_of_the_history_and_no_others(lab: Lab) -> None:
    loaded = load(demo(lab, now=NOW).text)
    declared = {(one.slug, check.slug) for one in loaded.declared for check in one.checks}
    assert declared == set(CHECKS)
    assert len(declared) <= 40


async def test_it_has_25_to_32_integrations_over_twelve_categories(lab: Lab) -> None:
    loaded = load(demo(lab, now=NOW).text)
    assert 25 <= len(loaded.declared) <= 32
    assert len({one.category for one in loaded.declared}) == 12
    assert {one.provider for one in loaded.declared} >= OWN


async def test_vendors_are_called_as_the_history_calls_them(lab: Lab) -> None:
    loaded = load(demo(lab, now=NOW).text)
    assert {one.slug: one.provider for one in loaded.declared} == {part.slug: provider_of(part) for part in PARTS}


async def test_every_address_is_the_labs(lab: Lab) -> None:
    text = demo(lab, now=NOW).text
    asked = set(re.findall(r"(?:base_url|status_url|url): '?https?://([^/:'\s]+)", text))
    assert asked == {"127.0.0.1"}


async def test_no_secret_is_written_into_the_file(lab: Lab) -> None:
    written = demo(lab, now=NOW)
    values = {value for vendor in lab.vendors.values() for value in vendor.secrets.values()}
    assert not [value for value in values if value in written.text]
    assert values & set(written.env.values())


async def test_the_environment_is_one_the_product_takes(lab: Lab) -> None:
    settings = load_settings(demo(lab, now=NOW).env)
    assert settings.demo
    assert settings.slack_base_url == lab.slack_api
    assert settings.canaries == lab.canaries
    assert settings.extra_ca_file == lab.ca_file


async def test_planned_work_lies_around_the_start(lab: Lab) -> None:
    once = yaml.safe_load(demo(lab, now=NOW).text)["maintenance"][0]["once"]
    start, end = (datetime.fromisoformat(once[name]).replace(tzinfo=UTC) for name in ("start", "end"))
    assert start < NOW < end < NOW + timedelta(hours=2)
