"""Categories have names that people would give them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from checks.registry import providers
from core.categories import category_name
from lab.cast import PARTS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = yaml.safe_load((ROOT / "config.example.yaml").read_text())["integrations"]
USED = {
    *(provider.category for provider in providers().values()),
    *(part.category for part in PARTS),
    *(entry["category"] for entry in EXAMPLE if "category" in entry),
}


def test_every_category_that_ships_has_a_name_of_its_own() -> None:
    """None is merely written large, but where that is its name."""
    large = {slug for slug in USED if category_name(slug) == slug.capitalize()}
    assert (
        large
        == {"payments", "storage", "infrastructure", "productivity", "messaging", "observability", "delivery", "identity", "other"} & USED
    )


@pytest.mark.parametrize(("one", "other"), [("auth", "identity"), ("cdn", "delivery"), ("communication", "messaging")])
def test_two_words_for_one_thing_make_one_group(one: str, other: str) -> None:
    assert category_name(one) == category_name(other)


def test_a_word_of_somebodys_own_is_written_large() -> None:
    assert category_name("tax_office") == "Tax office"
    assert category_name("") == "Other"
