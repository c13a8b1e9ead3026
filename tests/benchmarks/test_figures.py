"""No promised figure goes unmeasured, and none is said without its goal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.all import HERE, NOT_ONE
from benchmarks.figures import read, say
from tests.parsed import parsed

# Words of the figure, in the benchmark that says it.
PROMISED = {
    "CPU a check, new TLS, ours against a bare libcurl loop": "transport",
    "CPU a check, new TLS, httpx against ours": "transport",
    "kept connections, httpx against ours": "transport",
    "first byte, p99 error": "transport",
    "10,000 checks a minute, the scheduler's thread": "scheduling",
    "10,000 checks a minute, lateness p99": "scheduling",
    "memory from the second minute to the tenth": "scheduling",
    "memory from the fifth minute to the tenth": "scheduling",
    "start to the first result, 1,000 checks": "starting",
    "durable rows a second": "storage",
    "against one commit a result": "storage",
    "wall query, 1,000 checks, 50 M results": "storage",
    "wall query, 50 M against 10 M results": "storage",
    "bytes a result, as the table grows": "storage",
    "a packed day, bytes a result": "packing",
    "its phases, bytes a result": "packing",
    "exact p95": "packing",
    "rerun of the wall, 1,000 checks, against an empty page": "pages",
    "the wall painted in Chromium, 1,000 integrations, against an empty page": "pages",
    "a refresh of the wall when nothing changed": "pages",
    "memory of each further open page": "pages",
    "90-day latency chart": "charting",
    "points of incidents left out": "charting",
    "a long history more than a short one": "reading",
    "a steady result, 10,000 checks": "judging",
    "the same beside a dead channel of three": "alerting",
    "kills of the worker, SQLite and Postgres": "kills",
    "kills on an alert's way": "kills",
    "age of the oldest answer that a kill took": "kills",
    " servers at once, of any kind": "hostile",
    "the end, past the deadline": "hostile",
    "a neighbour's check, later than beside good servers": "hostile",
    " look-ups that hang": "hostile",
    "longest wait for the write lock while days are packed": "history",
}
BENCHMARKS = [path for path in sorted(HERE.glob("[a-z]*.py")) if path.name not in NOT_ONE]


def words(path: Path) -> str:
    """Every text in a file, what is filled in left out."""
    return "\n".join(node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize(("figure", "benchmark"), PROMISED.items())
def test_a_promised_figure_is_said_by_its_benchmark(figure: str, benchmark: str) -> None:
    assert figure in words(HERE / f"{benchmark}.py")


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_every_benchmark_says_its_figures_beside_their_goals(path: Path) -> None:
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    assert any(isinstance(call.func, ast.Name) and call.func.id == "say" for call in calls)


def test_a_figure_that_misses_its_goal_is_kept_as_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "figures"
    monkeypatch.setenv("FIGURES", str(kept))
    said = [say("slow", 4.0, "<=", 3.0), say("many", 9, ">=", 8), say("lost", 1, "=", 0, "")]
    assert read(kept) == said
    assert [one.held for one in said] == [False, True, False]
