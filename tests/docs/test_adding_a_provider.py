"""The five lines of CONTRIBUTING hold: one file of facts and one of bodies, `make docs`, and every test that knows providers passes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.guides import ROOT

CODE = ("alerts", "checks", "config", "core", "docs", "settings.py", "pyproject.toml", "conftest.py", "config.example.yaml")
TESTS = ("tests/checks/test_providers.py", "tests/config/test_loading.py", "tests/config/test_docs.py")
RENAMED = {
    "hubspot": "newvendor",
    "HubSpot": "NewVendor",
    "hubapi": "newvendorapi",
    "INVALID_AUTHENTICATION": "NO_SUCH_TOKEN",
    "pat-": "nvt-",
}


def checkout(folder: Path) -> Path:
    """What the provider's tests need of the tree; nothing that one engineer's checkout has and another's has not."""
    for name in (*CODE, "tests/checks", "tests/config", "tests/conftest.py"):
        there, to = ROOT / name, folder / name
        if there.is_dir():
            shutil.copytree(there, to, ignore=shutil.ignore_patterns("__pycache__", "pictures"))
        elif there.exists():
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(there, to)
    return folder


def renamed(source: Path, to: Path) -> None:
    text = source.read_text()
    for old, new in RENAMED.items():
        text = text.replace(old, new)
    to.write_text(text)


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done


def test_a_provider_is_two_files_and_nothing_else_is_touched(tmp_path: Path) -> None:
    here = checkout(tmp_path)
    renamed(here / "checks/providers/hubspot.py", here / "checks/providers/newvendor.py")
    renamed(here / "tests/checks/bodies/hubspot.yaml", here / "tests/checks/bodies/newvendor.yaml")
    page = here / "docs/configuration.md"
    page.write_text(run(here, "-m", "config.docs").stdout)
    run(here, "docs/tables.py")
    done = run(here, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS, "-k", "not junk and not any_text and not mebibyte")

    assert "### provider: newvendor" in page.read_text()
    assert "100%" in done.stdout
