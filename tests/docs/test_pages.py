"""Links lead somewhere, pictures are pictures, indexes are whole, and the README opens with what matters."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from tests.docs.guides import DOCS, PAGES, README, ROOT, anchors, blocks, links, name_of, prose, table, text_of

PICTURES = sorted((DOCS / "pictures").glob("*.png"))
SMALLEST, LARGEST = 8_000, 250_000  # bytes of a picture
NARROWEST = 390  # pixels: the phone


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in links(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("folder", [DOCS, DOCS / "decisions"], ids=name_of)
def test_every_page_is_in_its_index(folder: Path) -> None:
    index = links(text_of(folder / "README.md"))

    assert [path.name for path in sorted(folder.glob("*.md")) if path.name != "README.md" and path.name not in index] == []


def test_every_package_is_in_the_readme() -> None:
    named = {folder for row in table(README, "How it is laid out") for folder in re.findall(r"`(\w+)/`", row[0])}

    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} <= named
    assert [folder for folder in sorted(named) if not (ROOT / folder).is_dir()] == []


def test_every_picture_is_shown_and_every_shown_picture_is_there() -> None:
    shown = {target for target in links(text_of(README)) if target.endswith(".png")}

    assert shown == {name_of(path) for path in PICTURES}


@pytest.mark.parametrize("path", PICTURES, ids=name_of)
def test_a_picture_is_a_picture_of_sane_size(path: Path) -> None:
    head = path.read_bytes()[:24]

    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    assert SMALLEST < path.stat().st_size < LARGEST
    assert min(struct.unpack(">II", head[16:24])) >= NARROWEST


def test_the_readme_opens_with_five_lines_and_two_commands() -> None:
    text = text_of(README)
    opening, _, rest = text.partition("```sh\n")
    commands = [line.partition("#")[0].strip() for line in blocks(README, "sh")[0].splitlines()]

    assert opening.startswith("# ")
    assert len([line for line in opening.splitlines()[1:] if line.strip()]) == 5
    assert commands == ["make run", "make test"]
    assert rest.partition("```\n")[2].strip().startswith("`make demo`")
