"""The option of the vector tests: which file of exact cases is run."""

from __future__ import annotations

from pathlib import Path

import pytest

VECTORS = Path(__file__).parent / "tests" / "vectors" / "arithmetic.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--vectors", default=str(VECTORS), help="a file of exact cases, of the form of tests/vectors/arithmetic.json")
