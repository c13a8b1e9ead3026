"""What loading says of a file, good or bad."""

import copy
import json
import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.document import read_document
from config.loading import load

INVALID = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))

TWO = """\
version: 1
integrations:
  - {slug: broken, provider: strpe}
  - {slug: stripe, provider: stripe}
"""


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gets_the_message_in_its_first_lines(path: Path) -> None:
    text = path.read_text()
    expected = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]

    assert [str(problem) for problem in load(text).errors] == expected


def test_one_broken_integration_never_disables_the_others() -> None:
    loaded = load(TWO)

    assert loaded.config is not None
    assert [integration.slug for integration in loaded.config.integrations] == ["stripe"]
    assert [declared.slug for declared in loaded.declared] == ["stripe"]
    assert loaded.broken == ("broken",)


def spoils_one(path: Path) -> bool:
    messages = [line for line in path.read_text().splitlines() if line.startswith("# ")]
    return all(", integrations[" in message for message in messages)


@pytest.mark.parametrize("path", [path for path in INVALID if spoils_one(path)], ids=lambda path: path.stem)
def test_whatever_is_wrong_with_an_integration_stays_with_it(path: Path) -> None:
    head, _, tail = path.read_text().partition("integrations:\n")
    loaded = load(f"{head}integrations:\n  - {{slug: healthy, provider: paypal}}\n{tail}")

    assert loaded.errors
    assert "healthy" in [declared.slug for declared in loaded.declared]


def test_a_mistake_outside_the_integrations_keeps_the_whole_file_from_being_used() -> None:
    loaded = load(TWO + "alerting: {channel: nowhere}\n")

    assert loaded.config is None
    assert loaded.declared == ()


def test_a_file_above_one_mebibyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "integrations.yaml"
    path.write_text("version: 1\n" + "#" * 1_048_576)

    assert [str(problem) for problem in load(path).errors] == ["integrations.yaml, line 1: the file is larger than 1 MiB"]


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "integrations.yaml"
    path.write_bytes(b"version: 1\nintegrations:\n  - {slug: x, name: \xff}\n")

    assert [str(problem) for problem in load(path).errors] == ["integrations.yaml, line 3: the file is not UTF-8"]


def test_the_largest_file_allowed_is_read_within_seconds() -> None:
    entry = "  - {{slug: s{0}, provider: http, vendor: V{0}, settings: {{url: 'https://example.com/{0}'}}}}\n"
    text = "version: 1\nintegrations:\n" + "".join(entry.format(index) for index in range(1_000))
    begun = time.perf_counter()
    loaded = load(text)

    assert len(loaded.declared) == 1_000
    assert time.perf_counter() - begun < 10


def test_a_nesting_bomb_is_a_problem_and_no_crash() -> None:
    assert "nested deeper" in str(load("version: 1\nx: " + "[" * 100_000).errors[0])


JUNK = [
    None,
    True,
    -1,
    1e308,
    "",
    "env:",
    "file:/nowhere",
    "file:a\0b",
    [],
    {},
    [[None]],
    {"kind": []},
    "{x}",
    "٣s",
    "\x00",
    "\ud800",
    10**17,
    {"": 0},
    "a" * 300,
]
FULL = (Path(__file__).parent / "full.yaml").read_text()


def spoilt(tree: Any, chance: random.Random) -> Any:
    """The same tree with one thing in it replaced by junk, or a junk key added."""
    if not tree or not isinstance(tree, dict | list) or chance.random() < 0.1:
        return chance.choice(JUNK)
    tree = copy.copy(tree)
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    key = chance.choice(list(keys))
    if isinstance(tree, dict) and chance.random() < 0.15:
        tree[chance.choice(["zone", "kind", "checks", "slug", f"{key}x", f"[{key}"])] = chance.choice(JUNK)
    else:
        tree[key] = spoilt(tree[key], chance)
    return tree


@pytest.mark.parametrize("seed", range(250))
def test_junk_anywhere_is_a_problem_with_a_line_and_no_crash(seed: int) -> None:
    chance = random.Random(seed)
    tree = spoilt(spoilt(read_document(FULL).value, chance), chance)
    loaded = load(json.dumps(tree), {})

    assert all(problem.line >= 1 and len(str(problem).splitlines()) == 1 for problem in loaded.problems)
    assert loaded.config is not None or loaded.errors


@given(st.text(alphabet=st.sampled_from("ab:-[]{},&*!|>'\"%@#? \n\t\x00é\ufeff"), max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(text: str) -> None:
    loaded = load(text)

    assert loaded.config is None
    assert all("\n" not in str(problem) for problem in loaded.errors)


def test_the_full_file_is_valid() -> None:
    assert load(FULL).errors == ()


def test_a_secret_value_never_appears_in_a_message() -> None:
    value = "sk_live_0123456789abcdefghij"
    texts = [
        f"version: 1\nintegrations:\n  - {{slug: s, provider: stripe, {key}}}\n"
        for key in (f"secrets: {{secret_key: {value}}}", f"criticality: {value}", f"settings: {{base_url: {value}}}", f"tags: [{value} x]")
    ]

    assert all(load(text).errors for text in texts)
    assert not any(value in str(problem) for text in texts for problem in load(text).problems)


def test_a_secret_that_is_not_set_here_is_a_warning_that_names_it() -> None:
    text = "version: 1\nintegrations:\n  - {slug: s, provider: stripe, secrets: {secret_key: env:STRIPE_KEY}}\n"
    loaded = load(text, {})

    assert loaded.errors == ()
    assert [str(problem) for problem in loaded.problems] == [
        "integrations.yaml, line 3, integrations[0].secrets.secret_key: the environment variable STRIPE_KEY is not set"
    ]
    assert load(text, {"STRIPE_KEY": "x"}).problems == ()


def test_a_channel_secret_that_is_not_set_here_is_a_warning_too() -> None:
    loaded = load('version: 1\nchannels: {ops: {kind: slack, token: env:TOKEN, channel: "#ops"}}\n', os.environ | {"TOKEN": ""})

    assert [str(problem) for problem in loaded.problems] == [
        "integrations.yaml, line 2, channels.ops.token: the environment variable TOKEN is empty"
    ]


def test_channels_that_nobody_is_sent_to_are_a_warning() -> None:
    text = "version: 1\nchannels: {ops: {kind: smtp, to: [a@example.com], from: b@example.com}}\nintegrations:\n"
    both = "  - {slug: stripe, provider: stripe}\n  - {slug: paypal, provider: paypal, channels: [ops]}\n"
    (problem,) = load(text + both).problems

    assert problem.warning
    assert str(problem) == "integrations.yaml, line 1, alerting: names no channel: alerts of stripe go nowhere"
    assert load(text + both + "alerting: {channel: ops}\n").problems == ()


def test_an_integration_without_a_counting_check_is_a_warning() -> None:
    loaded = load("version: 1\nintegrations:\n  - {slug: s, provider: stripe, checks: {reachability: {enabled: false}}}\n")

    assert [(problem.warning, problem.message) for problem in loaded.problems] == [
        (True, "no check of it counts, so its status is always unknown")
    ]


def test_a_window_may_name_an_integration_that_is_broken() -> None:
    loaded = load(TWO + "silences:\n  - {weekly: {day: sunday, start: '02:00', end: '04:00'}, integrations: [broken]}\n")

    assert [problem.key for problem in loaded.errors] == ["integrations[0].provider"]
    assert loaded.config is not None


def test_words_of_yaml_1_1_stay_words() -> None:
    loaded = load(
        "version: 1\nintegrations:\n  - {slug: s, provider: http, owner: on, runbook: 12:30, settings: {url: 'https://example.com'}}\n"
    )

    assert loaded.config is not None
    assert (loaded.config.integrations[0].owner, loaded.config.integrations[0].runbook) == ("on", "12:30")


def test_the_example_is_valid_needs_no_secret_and_shows_about_25_vendors() -> None:
    loaded = load(Path("config.example.yaml"), {})

    assert [str(problem) for problem in loaded.problems] == []
    assert 24 <= len({declared.provider for declared in loaded.declared}) <= 27
    assert not any(declared.secrets for declared in loaded.declared)
    assert all(any(check.counts for check in declared.checks) for declared in loaded.declared)
