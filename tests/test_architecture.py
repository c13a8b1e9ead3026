"""Who may import whom, and the names that would break something: docs/decisions/0001-layout.md says why."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.parsed import parsed

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"commands", "core", "checks", "storage", "alerts", "sla", "lab", "config", "api", "scheduler", "ui", "pages"}
COMPOSITION = {"app", "cli", "settings", "observe"}
OURS = PACKAGES | COMPOSITION

MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "checks": {"core"},
    "storage": {"core"},
    "alerts": {"core"},
    "sla": {"core"},
    "lab": {"core"},
    "config": {"core", "checks", "alerts", "sla"},
    "api": {"core", "config", "storage", "sla"},
    "scheduler": OURS - {"ui", "pages", "app", "cli", "commands", "lab"},
    "ui": {"core", "config", "storage", "sla", "checks", "settings"},
    "pages": {"core", "ui"},
    "app": {"core", "settings", "observe", "scheduler", "api"},  # core: a refusal ends it with its exit code
    "cli": OURS - {"ui", "pages"},
    "commands": OURS - {"ui", "pages", "cli"},  # what cli imports when a command runs, one file each
    "settings": {"core"},  # a wrong value is a refusal
    "observe": {"core", "settings", "checks"},  # logs and reports of every process, by what the operator set, redacted by core
}
# They see what kinds of things exist (names and configuration models), never how they work.
CATALOGUES = {
    "config": {"checks": {"registry", "provider", "kinds", "budget"}, "alerts": {"catalogue"}},
    "ui": {"checks": {"registry", "provider", "kinds"}},
    "observe": {"checks": {"authorities"}},  # reports trust whom checks trust
}


def modules() -> list[Path]:
    files = [path for name in sorted(PACKAGES) for path in sorted((ROOT / name).rglob("*.py"))]
    return files + [ROOT / f"{name}.py" for name in sorted(COMPOSITION)]


def imported(path: Path) -> set[str]:
    """Every dotted name of ours that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in found if name.split(".")[0] in OURS}


def owner(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_import_is_in_the_table(path: Path) -> None:
    here = owner(path)
    strangers = {name for name in imported(path) if name.split(".")[0] not in MAY_IMPORT[here] | {here}}
    assert not strangers, f"{path.relative_to(ROOT)} may not import {sorted(strangers)}"


@pytest.mark.parametrize("here", sorted(CATALOGUES))
def test_catalogues_are_all_that_some_see_of_checks_and_alerts(here: str) -> None:
    for path in (path for path in modules() if owner(path) == here):
        for name in imported(path):
            package, _, rest = name.partition(".")
            allowed = CATALOGUES[here].get(package)
            assert allowed is None or not rest or rest.split(".")[0] in allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_the_core_does_no_input_or_output() -> None:
    banned = {
        "asyncio",
        "socket",
        "subprocess",
        "sqlite3",
        "sqlalchemy",
        "sqlmodel",
        "httpx",
        "pycurl",
        "pydantic",
        "streamlit",
        "threading",
        "os",
        "time",
        "logging",
    }
    for path in sorted((ROOT / "core").rglob("*.py")):
        names = {node.module or "" for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in ast.walk(parsed(path)) if isinstance(node, ast.Import) for alias in node.names}
        assert not {name.split(".")[0] for name in names} & banned, path.name


def test_only_storage_sees_the_database_library() -> None:
    for path in modules():
        if owner(path) != "storage":
            text = path.read_text()
            assert "import sqlmodel" not in text, path
            assert "from sqlmodel" not in text, path
            assert "from sqlalchemy" not in text, path


def test_no_page_is_named_like_a_package() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert not pages & (OURS | set(sys.stdlib_module_names))
    assert not {page for page in pages if page in foreign_names()}


def test_no_top_level_name_hides_a_module_of_others() -> None:
    top = {path.stem for path in ROOT.glob("*.py")} | {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert not top & set(sys.stdlib_module_names)
    assert not top & foreign_names()


def foreign_names() -> set[str]:
    return {name for name, owners in packages_distributions().items() if set(owners) != {"integration-health"}}


def test_pages_have_no_effect_when_imported() -> None:
    for path in sorted((ROOT / "pages").glob("*.py")):
        if path.stem in {"router", "__init__"}:
            continue
        body = parsed(path).body
        loose = [node for node in body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)]
        assert not loose, f"{path.name} does something when it is imported"
        assert any(isinstance(node, ast.FunctionDef) and node.name == "render" for node in body), f"{path.name} has no render()"


def test_tests_are_not_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in modules() if path.read_text().strip() and not ast.get_docstring(parsed(path))]
    assert not silent
