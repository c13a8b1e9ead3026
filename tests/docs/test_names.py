"""What the guides name is there, and what is there is named: commands, options, exit codes, variables, columns, paths."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from api.app import application
from api.deps import Deps
from cli import app
from core.exits import Exit
from settings import Settings
from sla.table import INCIDENT_KEYS, KEYS
from storage.engine import Database
from tests.docs.guides import DOCS, PAGES, README, ROOT, STARTED, blocks, name_of, prose, section, table, text_of

COMMAND = re.compile(r"integration-health ([a-z]+(?: test)?)((?: [^\n`#|]*)?)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
READERS_OWN = re.compile(r"_KEY$|^WRONG$")  # credentials of vendors, by whatever name the reader gave them
REPORTS = DOCS / "reports.md"


def commands() -> dict[str, set[str]]:
    """Every command with its options, as the command line itself declares them."""

    def walk(command: Any, path: str) -> Iterator[tuple[str, set[str]]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path, {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
            return
        for name, one in inner.items():
            yield from walk(one, f"{path} {name}".strip())

    return dict(walk(typer.main.get_command(app), ""))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_named_exists(page: Path) -> None:
    known = commands()
    for name, rest in COMMAND.findall(text_of(page)):
        assert name in known, f"integration-health {name}"
        assert set(OPTION.findall(rest)) <= known[name], f"integration-health {name}{rest}"


def test_the_guide_lists_every_command_with_all_its_options() -> None:
    listed = {re.sub(r" [\[A-Z].*", "", cell.strip("`")): set(OPTION.findall(what)) for cell, what in table(STARTED, "Commands")}

    assert listed == commands()


def test_the_readme_names_every_command() -> None:
    said = section(README, "Commands")

    assert [name for name in commands() if f"`{name}`" not in said and f" {name}`" not in said] == []


def test_every_exit_code_is_listed_once() -> None:
    listed = [(int(code), name) for code, name, _ in table(STARTED, "Exit codes")]

    assert listed == [(code.value, code.name.lower().replace("_", " ")) for code in Exit]


def test_the_table_of_the_environment_is_the_settings() -> None:
    fresh = module(DOCS / "tables.py").fresh(text_of(STARTED))
    listed = [variable.strip("`") for variable, _, _ in table(STARTED, "Environment")]

    assert text_of(STARTED) == fresh, "run `make docs`"
    assert listed == [name.upper() for name in Settings.model_fields]


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_variable_that_a_guide_sets_is_one_of_ours(page: Path) -> None:
    lines = chain.from_iterable(block.splitlines() for language in ("sh", "console") for block in blocks(page, language))
    told = {match[1] for line in lines if (match := re.match(r"(?:\$ )?([A-Z_]+)=\S* ", line))}
    told |= set(re.findall(r"`([A-Z_]+)=[^`]*`", prose(page)))

    assert {name for name in told if not READERS_OWN.search(name)} <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_verb_of_make_that_is_named_exists(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:`|^ *|[A-Z_]+=\S+ )make ((?:[a-z]+ ?)+)", text_of(page), re.MULTILINE)

    assert {verb for words in named for verb in words.split()} <= verbs


def test_make_help_lists_every_verb() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    declared = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert re.findall(r"^ *make ([a-z-]+) ", said, re.MULTILINE) == verbs == declared[0].split()


def test_every_column_of_a_report_is_described() -> None:
    described = [column for cell, _ in table(REPORTS, "The columns") for column in re.findall(r"`(\w+)`", cell)]
    incidents = text_of(REPORTS).split("**Incidents**", 1)[1].split("**Method**", 1)[0]

    assert tuple(described) == KEYS
    assert tuple(re.findall(r"`(\w+)`", incidents)) == INCIDENT_KEYS


def test_every_path_of_the_api_is_described() -> None:
    listed = re.findall(r"`/api(/[^`]+)`", " ".join(row[0] for row in table(REPORTS, "The API")))

    assert sorted(listed) == sorted(application(Deps(database=no_database)).openapi()["paths"])


def no_database() -> Database:
    raise AssertionError("describing the API asks for nothing")
