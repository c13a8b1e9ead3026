"""What a page asks of the database: its questions are counted over a short history and over one nine times as long, and must be as many.

python benchmarks/reading.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import streamlit as st
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from benchmarks.figures import say
from benchmarks.thousand import build
from ui.kept import forget

MANY, SHORT, LONG = 40, 10, 90  # integrations, and days of history
PAGES: Mapping[str, Mapping[str, str]] = {
    "wall": {},
    "incidents": {},
    "integration": {"id": "vendor-0000"},
    "promises": {},
    "trends": {"days": "90"},
    "deliveries": {},
    "system": {},
}


def main() -> None:
    asked: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *seen: asked.append(str(seen[2])))
    short, long = (counts(days, asked) for days in (SHORT, LONG))
    for page in PAGES:
        seen = f"{long[page]} over {LONG} days, {short[page]} over {SHORT}"
        say(f"questions of the page {page}, a long history more than a short one", long[page] - short[page], "<=", 0, "", seen=seen)


def counts(days: int, asked: list[str]) -> dict[str, int]:
    """How many each page asks when nothing is cached."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), MANY, days)
        os.environ["STATE_DIR"] = folder
        return {page: _count(page, where, asked) for page, where in PAGES.items()}


def _count(page: str, where: Mapping[str, str], asked: list[str]) -> int:
    st.cache_resource.clear()
    forget()
    script = f"from pages import {page}\n{page}.render({', '.join(map(repr, where.values())) if page == 'integration' else ''})\n"
    test = AppTest.from_string(script, default_timeout=60)
    for name, value in where.items():
        test.query_params[name] = value
    asked.clear()
    test.run()
    if test.exception:
        raise RuntimeError(f"{page}: {test.exception[0].value}")
    return len([one for one in asked if not one.startswith("PRAGMA")])


if __name__ == "__main__":
    main()
