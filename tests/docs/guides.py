"""The guides as a reader meets them: blocks, files to write, commands to run, tables, links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
STARTED = DOCS / "getting-started.md"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


@dataclass(slots=True)
class Step:
    """One `$ command`, the code it ends with, and the lines that must come out of it."""

    command: str
    code: int
    lines: list[str] = field(default_factory=list)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """Without its blocks of code."""
    return _BLOCK.sub("", text_of(page))


def blocks(page: Path, language: str) -> list[str]:
    found = _BLOCK.findall(text_of(page))
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, kind, body in found if kind == language]


def steps(page: Path) -> list[Step]:
    """`$ command   # exit code 1` and the lines below it, of every console block."""
    made: list[Step] = []
    for line in chain.from_iterable(block.splitlines() for block in blocks(page, "console")):
        if line.startswith("$ "):
            command, _, code = line[2:].partition("   # exit code ")
            made.append(Step(command, int(code or 0)))
        else:
            made[-1].lines.append(line)
    return made


def files(page: Path) -> list[tuple[str, str]]:
    """The files a guide tells one to write: their first line is `# name`."""
    found = (re.match(r"# ([\w-]+\.yaml)\n", block) for block in blocks(page, "yaml"))
    return [(match[1], match.string) for match in found if match]


def section(page: Path, heading: str) -> str:
    return text_of(page).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    rows = [line.strip("|").split(" | ") for line in section(page, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def links(text: str) -> list[str]:
    return [link or source for link, source in _LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """Headings as GitHub writes them into addresses."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
