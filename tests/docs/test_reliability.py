"""Every test that the reliability page rests a promise on is there."""

from __future__ import annotations

import re

from tests.docs.guides import DOCS, ROOT, text_of

NAMED = re.compile(r"`(tests/[\w/.-]+)`")
PROMISES = 8


def test_the_tests_named_exist_and_test_something() -> None:
    named = {path for path in NAMED.findall(text_of(DOCS / "reliability.md")) if not path.endswith("/")}

    assert [path for path in sorted(named) if not (ROOT / path).is_file() or "def test_" not in (ROOT / path).read_text()] == []
    assert len(named) > 30


def test_every_promise_names_its_tests() -> None:
    promises = text_of(DOCS / "reliability.md").partition("## The promises")[2].partition("## ")[0]
    told = promises.split("\n**")[1:]

    assert len(told) == PROMISES
    assert [part.partition("**")[0] for part in told if not NAMED.search(part)] == []
