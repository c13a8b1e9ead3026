"""A backup while everything runs: one snapshot of every table, in one file that says whether it is whole."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from commands.existing import require_database
from commands.output import answer, answer_json
from commands.progress import Progress
from commands.reading import reading
from commands.serve import when_parent_ends
from core.display import plural
from core.exits import Exit, Refusal
from settings import Settings
from storage.backup.making import Made, back_up

FOLDER: Final = "backups"


def backup(settings: Settings, out: Path | None, *, as_json: bool) -> Exit:
    """`out` is a file, or a folder to put one in; without it, `backups` in the state folder. Raises Refusal."""
    when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    now = datetime.now(UTC)
    require_database(settings)  # before a folder is made for its backup
    path = _path(settings, out, now)
    with reading(settings) as db:
        bar = Progress("Backing up")
        made = back_up(db, path, version=own_version(), now=now, step=bar.step_of)
        bar.end()
    if as_json:
        answer_json(_fields(made))
    else:
        answer(f"{made.path}: {plural(made.manifest.rows, 'row')}, {made.bytes / 1e6:,.1f} MB, schema {made.manifest.revision}.")
    return Exit.OK


def own_version() -> str:
    try:
        return version("integration-health")
    except PackageNotFoundError:
        return "unknown"


def _path(settings: Settings, out: Path | None, now: datetime) -> Path:
    if out == Path("-"):
        raise Refusal(Exit.USAGE, "A backup goes into a file: it is checked again when it is written.")
    folder = settings.state_dir / FOLDER
    if out is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(Exit.STATE_NOT_WRITABLE, f"{folder} cannot be made: {(error.strerror or 'unknown').lower()}.") from None
    elif not out.is_dir():
        return out
    return (out or folder) / f"integration-health-{now:%Y%m%dT%H%M%SZ}.zip"


def _fields(made: Made) -> dict[str, object]:
    manifest = made.manifest
    return {
        "file": str(made.path),
        "bytes": made.bytes,
        "sha256": made.sha256,
        "version": manifest.version,
        "schema": manifest.revision,
        "database": manifest.database,
        "made_at": manifest.made_at,
        "rows": {table.name: table.rows for table in manifest.tables},
    }
