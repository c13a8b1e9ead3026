"""One run by hand: what is typed on the command line is judged by the same rules as the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.check import find

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
        ("http://169.254.169.254", False),
    ],
)
def test_whoever_types_an_address_of_this_network_has_opted_in(base_url: str, inside: bool) -> None:
    declared, _ = find(NOWHERE, "stripe/api", {"base_url": base_url}, KEY, private=False)
    assert declared.private_targets is inside


def test_without_an_address_of_ones_own_nothing_is_opened() -> None:
    declared, check = find(NOWHERE, "stripe/api", {}, KEY, private=False)
    assert (declared.private_targets, check.slug) == (False, "api")
