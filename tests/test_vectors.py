"""Exact cases of the arithmetic, `--vectors FILE`: every topic goes to the product's own function, every result of ours is compared."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.exact import exact
from tests.topics import TOPICS

IGNORED = Path(__file__).parent / "vectors" / "ignored.txt"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = read_cases(Path(metafunc.config.getoption("--vectors")))
        metafunc.parametrize("case", cases, ids=[f"{case['id']}-{case['topic']}" for case in cases])


def read_cases(path: Path) -> list[dict[str, Any]]:
    try:
        cases: list[dict[str, Any]] = json.loads(path.read_text())["vectors"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise pytest.UsageError(f"--vectors {path} is not a file of exact cases: {error!r}") from None
    return cases


def test_the_product_gives_the_exact_result(case: dict[str, Any]) -> None:
    run = TOPICS.get(case["topic"])
    if run is None:
        pytest.fail(f"no function of the product answers the topic {case['topic']!r}", pytrace=False)
    wrong = differences(case["expected"], run(case["input"], case["expected"]), case.get("tolerance", 1e-9), case["id"])
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize(
    ("expected", "got", "said"),
    [
        ({"a": {"exact": "1/3", "float": 0.333333333}}, {"a": Fraction(333_333_333, 10**9)}, "x.a is 333333333/1000000000, not 1/3"),
        ({"a": {"exact": "0/1", "float": 0.0}}, {"a": None}, "x.a is None, not 0/1"),
        ({"a": None}, {"a": 0}, "x.a is 0, not None"),
        ({"a": True}, {"a": 1}, "x.a is 1, not True"),
        ({"a": [1, 2]}, {"a": [1]}, "x.a is [1], not [1, 2]"),
        ({"rows": [{"ip": "::1", "blocked": True}]}, {"rows": [{"ip": "::1", "blocked": False}]}, "x.rows[0].blocked is False, not True"),
        ({"new": 1}, {}, "we give no x.new, and tests/vectors/ignored.txt does not list it"),
    ],
)
def test_a_difference_is_found_and_said(expected: Any, got: Any, said: str) -> None:
    assert differences(expected, got, 1e-9, "x") == [said]


def test_what_states_a_result_of_other_products_is_not_compared() -> None:
    assert differences({"p50_linear": 1.5, "rows": [{"py3117_is_private": True}]}, {"rows": [{}]}, 1e-9, "x") == []


def test_every_ignored_field_has_a_reason() -> None:
    lines = [line for line in IGNORED.read_text().splitlines() if line.strip() and not line.startswith("#")]
    assert all(len(line.split(maxsplit=1)) == 2 for line in lines)


# --- comparing -------------------------------------------------------------------------------------------------------


def differences(expected: Any, got: Any, tolerance: float, at: str) -> list[str]:
    """One sentence for each result that is not as expected; numbers given as `exact` must be equal to the last digit."""
    if isinstance(expected, Mapping) and "exact" in expected:
        return [] if got is not None and exact(got) == Fraction(expected["exact"]) else [f"{at} is {got}, not {expected['exact']}"]
    if isinstance(expected, Mapping):
        return [line for name in expected if not ignored(name) for line in field_differences(name, expected, got, tolerance, at)]
    if isinstance(expected, list):
        if not isinstance(got, Sequence) or isinstance(got, str) or len(got) != len(expected):
            return [f"{at} is {got!r}, not {expected!r}"]
        return [line for i, pair in enumerate(zip(expected, got, strict=True)) for line in differences(*pair, tolerance, f"{at}[{i}]")]
    return [] if same(expected, got, tolerance) else [f"{at} is {got!r}, not {expected!r}"]


def field_differences(name: str, expected: Mapping[str, Any], got: Any, tolerance: float, at: str) -> list[str]:
    if not isinstance(got, Mapping) or name not in got:
        return [f"we give no {at}.{name}, and tests/vectors/ignored.txt does not list it"]
    return differences(expected[name], got[name], tolerance, f"{at}.{name}")


def same(expected: Any, got: Any, tolerance: float) -> bool:
    if expected is None or isinstance(expected, bool | str) or got is None or isinstance(got, bool | str):
        return type(expected) is type(got) and bool(expected == got)
    if isinstance(expected, int):
        return bool(got == expected)
    return math.isclose(expected, got, rel_tol=tolerance, abs_tol=tolerance)


def ignored(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in ignored_patterns())


def ignored_patterns() -> list[str]:
    return [line.split()[0] for line in IGNORED.read_text().splitlines() if line.strip() and not line.startswith("#")]
