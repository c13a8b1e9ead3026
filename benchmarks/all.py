"""Run every benchmark (or those named), one after another, and write docs/benchmarks.md with this machine's description.

python benchmarks/all.py [NAME ...]      exit code 1 where a figure misses its goal or a benchmark fails
"""

from __future__ import annotations

import ast
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import KEPT_IN, Figure, read, written

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
NOT_ONE = {"all.py", "answering.py", "beside.py", "figures.py", "serving.py", "sessions.py", "thousand.py"}
MARK = "<!-- {} -->"


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark, run: what it is about, its figures, how long it took and how it ended."""

    name: str
    about: str
    figures: list[Figure]
    took_s: float
    code: int


def main() -> int:
    wanted = sys.argv[1:]
    paths = [path for path in sorted(HERE.glob("[a-z]*.py")) if path.name not in NOT_ONE and (not wanted or path.stem in wanted)]
    runs = [run(path) for path in paths]
    if not wanted:
        PAGE.write_text(page(runs))
    bad = [figure for each in runs for figure in each.figures if not figure.held]
    broken = [each.name for each in runs if each.code or not each.figures]
    print(f"{sum(len(each.figures) for each in runs)} figures, {len(bad)} missed; benchmarks that failed: {', '.join(broken) or 'none'}")
    return 1 if bad or broken else 0


def run(path: Path) -> Run:
    """A process of its own each: what one leaves in memory is not another's figure."""
    about = (ast.get_docstring(ast.parse(path.read_text())) or path.stem).splitlines()[0]
    print(f"\n{path.stem}: {about}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        kept, begun = Path(folder) / "figures", time.monotonic()
        code = subprocess.run([sys.executable, str(path)], env={**os.environ, KEPT_IN: str(kept)}, check=False).returncode
        return Run(path.stem, about, read(kept), time.monotonic() - begun, code)


def page(runs: list[Run]) -> str:
    head = (HERE / "page.md").read_text()
    return head.replace(MARK.format("machine"), machine()).replace(MARK.format("figures"), "\n\n".join(section(each) for each in runs))


def section(one: Run) -> str:
    rows = [
        f"| {figure.what} | {written(figure.value, figure.unit)} | {figure.sign} {written(figure.goal, figure.unit)} |"
        f" {'held' if figure.held else '**missed**'} | {figure.seen} |"
        for figure in one.figures
    ]
    ending = "" if one.code == 0 else f"\n\nThis benchmark ended with exit code {one.code}."
    table = "\n".join(["| what | seen | goal | | from |", "|---|---:|---:|---|---|", *rows])
    return f"## {one.name.capitalize()}\n\n{one.about} (`benchmarks/{one.name}.py`, {one.took_s:.0f} s)\n\n{table}{ending}"


def machine() -> str:
    lines = [
        f"- {datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.release().partition('-')[0]}, {platform.machine()}",
        f"- {processor()}, {os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    ]
    return "\n".join(lines)


def processor() -> str:
    """The processor's name, where the system tells."""
    known = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in known.read_text().splitlines() if line.startswith("model name")]
        if known.exists()
        else []
    )
    return names[0] if names else platform.processor() or "an unnamed processor"


if __name__ == "__main__":
    raise SystemExit(main())
