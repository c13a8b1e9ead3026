"""Is a file of integrations valid? Every problem with its line, and how many integrations would run."""

from __future__ import annotations

import os
from pathlib import Path

from commands.output import answer, answer_json, say
from config.loading import Loaded, load
from core.display import plural
from core.exits import Exit, Refusal


def validate(path: Path, *, as_json: bool) -> Exit:
    loaded = read(path)
    if as_json:
        answer_json({"file": str(path), "valid": not loaded.errors, "integrations": len(loaded.declared), "problems": loaded.problems})
    else:
        for problem in loaded.problems:
            say(str(problem))
        answer(summary(path, loaded))
    return Exit.CONFIGURATION if loaded.errors else Exit.OK


def read(path: Path) -> Loaded:
    """The file as it would be applied here. Raises Refusal when it cannot be read at all."""
    try:
        return load(path, os.environ)
    except OSError as error:
        raise Refusal(Exit.CONFIGURATION, f"{path} cannot be read: {(error.strerror or 'unknown error').lower()}.") from None


def summary(path: Path, loaded: Loaded) -> str:
    checks = sum(len(one.checks) for one in loaded.declared)
    found = f"{plural(len(loaded.declared), 'integration')}, {plural(checks, 'check')}"
    return f"{path} has {plural(len(loaded.errors), 'error')}; valid: {found}." if loaded.errors else f"{path} is valid: {found}."
