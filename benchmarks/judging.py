"""What judging costs: a steady result, a flush of the largest installation, a mass failure.

python benchmarks/judging.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from core.health import Cause, Outcome, ProbeResult
from core.plan import CheckPlan, IntegrationPlan, Plan
from core.voices import Round
from scheduler.judge import Memory, judge, load, tick

START = 1_795_521_600_000
MINUTE = 60_000
VENDORS = 300


def main() -> None:
    for what, seen_us, goal_us in figures():
        say(what, seen_us, "<=", goal_us, "us", seen="the best of five")


def figures() -> Iterable[tuple[str, float, float]]:
    """(what, microseconds seen, microseconds allowed), each the best of five."""
    small = _watched(40)
    results = [_result(check, START + MINUTE * turn) for turn in range(1, 500) for check in range(1, 41)]
    yield "a steady result, 40 checks, played back", _best(lambda: judge(small, results, None)) / len(results), 6
    large = _watched(10_000)
    flush = [_result(check, START + MINUTE) for check in range(1, 101)]
    yield "a steady result, 10,000 checks, flushes of 100", _best(lambda: judge(large, flush, START + MINUTE)) / 100, 6
    _, quiet = tick(large, START + MINUTE)
    yield "a second in which nothing happens, 10,000 checks", _best(lambda: tick(quiet, START + MINUTE)), 100
    failing = [_result(check, START + MINUTE + check, Cause.TIMEOUT) for check in range(1, 1_001)]
    rounds = {(one.check, 1, one.at_ms): Round(one.at_ms + 1_000, 2, 2) for one in failing}
    yield "a failure among a thousand, 300 vendors", _best(lambda: judge(large, failing, None, rounds)) / 1_000, 2_000


def _watched(checks: int) -> Memory:
    plans = {number: CheckPlan(number, number, "api", "API", "http", counts=True) for number in range(1, checks + 1)}
    integrations = {
        number: IntegrationPlan(number, f"v{number}", f"V{number}", f"v{number % VENDORS}", "V", "x", checks=(plan,))
        for number, plan in plans.items()
    }
    _, memory = judge(load(Plan(integrations, plans)), [_result(number, START) for number in plans], None)
    return memory


def _result(check: int, at_ms: int, cause: Cause | None = None) -> ProbeResult:
    return ProbeResult(check, 1, at_ms + check, 3, cause, 200_000, outcome=Outcome(cause, 200 if cause is None else None))


def _best(work: Callable[[], object]) -> float:
    """Microseconds of the fastest of five runs."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken) * 1e6


if __name__ == "__main__":
    main()
