"""A wheel carries everything that is read at run time, not the code alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = {".py", ".pyc"}
TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def data_files() -> set[Path]:
    """Whatever lies in a package and is no code."""
    packages = [pattern.rstrip("*") for pattern in TABLE["packages"]["find"]["include"]]
    found = (path for package in packages for path in (ROOT / package).rglob("*") if path.is_file())
    return {path.relative_to(ROOT) for path in found if path.suffix not in CODE and not path.name.startswith(".")}


def declared() -> set[Path]:
    folders = {ROOT.joinpath(*package.split(".")): patterns for package, patterns in TABLE["package-data"].items()}
    return {path.relative_to(ROOT) for folder, patterns in folders.items() for pattern in patterns for path in folder.glob(pattern)}


def test_every_file_of_a_package_is_shipped() -> None:
    assert data_files() == declared()


def test_what_lies_beside_the_packages_is_shipped_where_it_is_looked_for() -> None:
    shared = TABLE["data-files"]
    assert shared["share/integration-health"] == ["config.example.yaml"]
    assert shared["share/integration-health/.streamlit"] == [".streamlit/config.toml"]
    assert all((ROOT / name).is_file() for names in shared.values() for name in names)
