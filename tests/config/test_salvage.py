"""What was good once and is refused now: as much of it as makes sense is used, and no more is silenced than was said."""

import pytest

from config.loading import Loaded, load
from config.salvage import salvage

TOP = """\
version: 1
channels:
  ops: {kind: slack, token: env:TOKEN, channel: "#ops"}
alerting: {channel: ops}
"""
REST = """\
integrations:
  - {slug: stripe, provider: stripe}
  - {slug: twilio, provider: twilio}
"""


def salvaged(text: str) -> Loaded:
    assert load(text).config is None
    found = salvage(text, None, name="integrations.yaml")
    assert [str(problem) for problem in found.problems] == [str(problem) for problem in load(text).problems]
    return found


def slugs(loaded: Loaded) -> list[str]:
    return [one.slug for one in loaded.declared]


def test_a_file_that_is_valid_is_taken_as_it_is() -> None:
    assert salvage(TOP + REST, None, name="integrations.yaml") == load(TOP + REST)


@pytest.mark.parametrize(
    "more",
    [
        "escalation: {after: 1h}\n",
        "defaults: {interval: 10ms}\n",
        "defaults: fast\n",
        "silences: [{name: x, weekly: {day: someday}}, {once: {start: 2026-12-01T01:00}}]\n",
        "maintenance: &m\n  - {name: x, zone: Atlantis, once: {start: 2026-12-01T01:00, end: 2026-12-01T02:00}}\n",
    ],
    ids=["a section that is gone", "a default below the floor", "a section of another shape", "windows", "a zone that was renamed"],
)
def test_what_stands_outside_the_integrations_costs_none_of_them(more: str) -> None:
    found = salvaged(TOP + REST + more)

    assert slugs(found) == ["stripe", "twilio"]
    assert found.config is not None
    assert (list(found.config.channels), found.config.alerting.channel) == (["ops"], "ops")


@pytest.mark.parametrize("version", ["version: 2\n", "version: true\n", ""])
def test_another_version_is_read_as_this_one(version: str) -> None:
    assert slugs(salvaged(version + (TOP + REST).removeprefix("version: 1\n"))) == ["stripe", "twilio"]


def test_a_key_that_a_channel_may_not_have_any_more_leaves_the_channel() -> None:
    found = salvaged((TOP + REST).replace('"#ops"}', '"#ops", colour: red}'))

    assert found.config is not None
    assert found.config.channels["ops"].own == {"token": "env:TOKEN", "channel": "#ops"}


def test_a_channel_of_a_kind_that_is_gone_is_left_out_with_what_named_it() -> None:
    found = salvaged((TOP + REST).replace("kind: slack", "kind: pager"))

    assert found.config is not None
    assert (found.config.channels, found.config.alerting.channel) == ({}, None)
    assert slugs(found) == ["stripe", "twilio"]


def test_a_silence_for_an_integration_that_is_unknown_does_not_become_one_for_all() -> None:
    window = "silences:\n  - {weekly: {day: sunday, start: '02:00', end: '04:00'}, integrations: [%s]}\n"
    found = salvaged(TOP + REST + window % "gone" + (window % "stripe").removeprefix("silences:\n"))

    assert found.config is not None
    assert [silence.integrations for silence in found.config.silences] == [("stripe",)]


def test_a_broken_integration_is_left_out_beside_a_section_that_is_gone() -> None:
    found = salvaged(TOP + REST.replace("provider: twilio", "provider: twlio") + "escalation: {}\n")

    assert (slugs(found), found.broken) == (["stripe"], ("twilio",))


@pytest.mark.parametrize("text", ["version: [\n", "just words\n", "", "- a\n- list\n"])
def test_of_what_is_no_mapping_nothing_can_be_used(text: str) -> None:
    assert salvaged(text).config is None
