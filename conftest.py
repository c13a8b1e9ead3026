"""For all tests: which file of exact cases is run, and properties that are not judged by how busy the machine is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

VECTORS = Path(__file__).parent / "tests" / "vectors" / "arithmetic.json"

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--vectors", default=str(VECTORS), help="a file of exact cases, of the form of tests/vectors/arithmetic.json")
