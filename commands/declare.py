"""What would change, and changing it: `diff` compares before saving, `apply` waits until the worker runs on it."""

from __future__ import annotations

from pathlib import Path

from commands.asking import ask
from commands.existing import require_database
from commands.output import answer, answer_json, say
from commands.validate import read
from config.diff import compare
from config.loading import load
from config.models import Config
from core.exits import Exit, Refusal
from settings import Settings
from storage import configs
from storage.engine import open_database


def diff(settings: Settings, path: Path, *, as_json: bool) -> Exit:
    """Against the last good configuration. Exit code 1 where anything differs, as diff(1) does."""
    loaded = read(path)
    if loaded.config is None:
        for problem in loaded.errors:
            say(str(problem))
        raise Refusal(Exit.CONFIGURATION, f"{path} is not valid; nothing to compare.")
    changes = compare(_running(settings), loaded.config)
    if as_json:
        answer_json([change.as_json() for change in changes])
    else:
        answer("\n".join(map(str, changes)) or "No difference.")
    return Exit.FAILED if changes else Exit.OK


def apply(settings: Settings, path: Path, *, as_json: bool) -> Exit:
    loaded = read(path)
    for problem in loaded.problems:
        say(str(problem))
    if loaded.config is None or loaded.errors:
        raise Refusal(Exit.CONFIGURATION, f"{path} was not applied: the last good configuration stays.")
    said = ask(settings, "apply", {"text": path.read_text(encoding="utf-8-sig"), "file": path.name}, may_create=True)
    if as_json:
        answer_json({"ok": said.ok, "text": said.text})
    else:
        answer(said.text)
    return Exit.OK if said.ok else Exit.CONFIGURATION


def _running(settings: Settings) -> Config | None:
    """The configuration in the database; None before the first. Without a database everything is new, which is said: none is made."""
    try:
        require_database(settings)
    except Refusal as refusal:
        say(f"Everything is new. {refusal.sentence}")
        return None
    db = open_database(settings.database, wait_s=0)
    try:
        with db.read() as conn:
            kept = configs.newest(conn)
    finally:
        db.close()
    return load(kept.text).config if kept else None
