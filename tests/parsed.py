"""Python files as trees, for tests that read code."""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def parsed(path: Path) -> ast.Module:
    """Once for each file, and with no collection in the middle.

    Up to Python 3.11.7 a parse that another one interrupts ends in a SystemError (python/cpython#106905), and a traceback that is put in
    words parses, too: pytest words those of whatever other tests left for a collection to end.
    """
    gc.disable()
    try:
        return ast.parse(path.read_text())
    finally:
        gc.enable()
