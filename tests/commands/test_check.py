"""One run by hand: what is typed on the command line is judged by the same rules as the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.check import find
from core.exits import Exit, Refusal

NOWHERE = Path("no-such-file.yaml")
KEY = {"secret_key": "env:STRIPE_KEY"}


@pytest.mark.parametrize(
    ("base_url", "inside"),
    [
        ("http://127.0.0.1:4010", True),
        ("http://localhost:4010", True),
        ("https://[::1]:4010", True),
        ("https://10.1.2.3", True),
        ("https://stripe-mock.example.com", False),
    ],
)
def test_whoever_types_an_address_of_this_network_has_opted_in(base_url: str, inside: bool) -> None:
    declared, _ = find(NOWHERE, "stripe/api", {"base_url": base_url}, KEY, private=False)
    assert declared.private_targets is inside


def test_a_metadata_service_is_not_opened_by_typing_its_address() -> None:
    with pytest.raises(Refusal, match=r"^settings.base_url: 169.254.169.254 is not a public address, and stays shut") as refusal:
        find(NOWHERE, "stripe/api", {"base_url": "http://169.254.169.254"}, KEY, private=True)
    assert refusal.value.code is Exit.CONFIGURATION


def test_what_is_opened_here_need_not_be_opened_in_the_file_and_mends_nothing_else_there(tmp_path: Path) -> None:
    path = tmp_path / "integrations.yaml"
    inside = "version: 1\nintegrations:\n  - slug: own\n    provider: http\n    settings: {url: 'http://10.0.0.7'}\n"
    path.write_text(inside)
    with pytest.raises(Refusal, match="declares own, but not in a valid way"):
        find(path, "own/reachability", {}, {}, private=False)
    assert find(path, "own/reachability", {}, {}, private=True)[0].private_targets
    path.write_text(f"{inside}    criticality: hihg\n")
    with pytest.raises(Refusal, match="declares own, but not in a valid way"):
        find(path, "own/reachability", {}, {}, private=True)


def test_without_an_address_of_ones_own_nothing_is_opened() -> None:
    declared, check = find(NOWHERE, "stripe/api", {}, KEY, private=False)
    assert (declared.private_targets, check.slug) == (False, "api")


def test_what_was_typed_wrong_is_named_without_a_line_that_nobody_wrote() -> None:
    with pytest.raises(Refusal) as refusal:
        find(NOWHERE, "stripe/api", {"base_ur": "https://stripe-mock.example.com"}, KEY, private=False)
    assert refusal.value.code is Exit.CONFIGURATION
    assert refusal.value.sentence == "settings.base_ur: there is no such setting of Stripe; did you mean base_url?"


@pytest.mark.parametrize("wrong", ["owner: [x]", "settings: {base_ur: x}", "checks: {own: {kind: htp}}"])
def test_an_integration_that_the_file_declares_wrongly_is_not_asked_as_if_it_were_not_there(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "integrations.yaml"
    path.write_text(f"version: 1\nintegrations:\n  - slug: stripe\n    provider: stripe\n    {wrong}\n")
    with pytest.raises(Refusal, match=r"declares stripe, but not in a valid way: integration-health validate ") as refusal:
        find(path, "stripe/api", {}, KEY, private=False)
    assert refusal.value.code is Exit.CONFIGURATION


def test_a_file_that_cannot_be_read_as_a_whole_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "integrations.yaml"
    path.write_text("version: 1\nintegrations: [\n")
    with pytest.raises(Refusal, match=r"is not valid: integration-health validate "):
        find(path, "stripe/api", {}, KEY, private=False)
