"""The documentation of the configuration is made from the models, and says all of them."""

import importlib.util
import re
from pathlib import Path

import pytest

from checks.kinds import kinds
from config.docs import render
from config.introduction import EXAMPLE
from config.loading import load
from config.models import Check, Integration

PAGE = Path("docs/configuration.md")
HEAD = ["key", "what", "value", "default", "example"]


def rows() -> list[list[str]]:
    """Every row of every table of keys."""
    found, inside = [], False
    for line in render().splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        inside = (inside or cells == HEAD) and bool(cells)
        if inside and cells != HEAD and not set(line) <= set("|-"):
            found.append(cells)
    return found


def test_the_page_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("docs_tables", "docs/tables.py")
    assert spec is not None
    assert spec.loader is not None
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)

    assert PAGE.read_text() == tables.fresh(render()), "run `make docs`"


def test_its_example_is_a_valid_configuration() -> None:
    assert EXAMPLE in render()
    assert load(EXAMPLE).problems == ()


def test_it_names_every_key() -> None:
    page = render()

    assert [key for model in (Integration, Check) for key in model.model_fields if f"| `{key}` |" not in page] == []


def test_every_key_says_what_it_is_what_may_stand_there_and_what_stands_there_by_itself() -> None:
    found = rows()

    assert len(found) > 100
    assert [row for row in found if len(row) != len(HEAD) or "" in row] == []


def test_no_value_is_shown_as_python_holds_it() -> None:
    """Milliseconds, empty texts, None, True and names of classes are nothing that anybody writes."""
    shown = [cell for row in rows() for cell in row[2:4]]

    assert [cell for cell in shown if re.search(r"``|\bNone\b|\bTrue\b|\b\d{5,}000\b|`[A-Z][a-z]+[A-Z]\w*`", cell)] == []


@pytest.mark.parametrize("kind", ["basic", "bearer", "api_key", "oauth2_client_credentials", "aws_sigv4", "none"])
def test_every_way_of_proving_who_asks_has_its_keys(kind: str) -> None:
    model = next(one for one in kinds()["http"].params.model_json_schema()["$defs"].values() if _kind(one) == kind)
    _, _, section = render().partition(f"#### auth, kind: {kind}\n")
    section = section.partition("\n#")[0]

    assert [key for key in model["properties"] if key != "kind" and f"| `{key}` |" not in section] == []


def _kind(model: dict[str, dict[str, dict[str, str]]]) -> str | None:
    return model["properties"].get("kind", {}).get("const")
