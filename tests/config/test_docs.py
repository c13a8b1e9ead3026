"""The documentation of the configuration is made from the models."""

import re
from pathlib import Path

from config.docs import INTRODUCTION, render
from config.loading import load
from config.models import Check, Integration


def test_the_page_is_fresh() -> None:
    assert Path("docs/configuration.md").read_text() == render(), "run `make docs`"


def test_its_example_is_a_valid_configuration() -> None:
    found = re.search(r"```yaml\n(.*?)```", INTRODUCTION, re.DOTALL)

    assert found is not None
    assert load(found.group(1)).errors == ()


def test_it_names_every_key() -> None:
    page = render()

    assert [key for model in (Integration, Check) for key in model.model_fields if f"| `{key}` |" not in page] == []
