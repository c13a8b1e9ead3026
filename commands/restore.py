"""Put a backup in the place of the database; the old one is kept aside, and nothing is changed when anything is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from commands.output import answer, answer_json
from commands.progress import Progress
from core.display import plural
from core.exits import Exit
from settings import Settings
from storage.backup.manifest import Manifest
from storage.backup.reading import opened, verify
from storage.backup.restoring import restore as put_back


def restore(settings: Settings, path: Path, *, check: bool, as_json: bool) -> Exit:
    """With `check` the file is read to its end, and that is all. Raises Refusal."""
    with opened(path) as archive:
        manifest = archive.manifest
        if check:
            verify(archive)
            return _told(_fields(manifest), f"{path} is whole: {_contents(manifest)}.", as_json=as_json)
        bar = Progress("Restoring")
        done = put_back(settings.database, archive, datetime.now(UTC), step=bar.step_of)
        bar.end()
    kept = f" The old database is kept: {done.kept}." if done.kept else ""
    fields = {**_fields(manifest), "schema": done.revision, "kept": done.kept}
    return _told(fields, f"Restored: {_contents(manifest)}.{kept}", as_json=as_json)


def _contents(manifest: Manifest) -> str:
    return f"{plural(manifest.rows, 'row')} of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, by version {manifest.version}"


def _fields(manifest: Manifest) -> dict[str, object]:
    return {
        "version": manifest.version,
        "schema": manifest.revision,
        "database": manifest.database,
        "made_at": manifest.made_at,
        "rows": {table.name: table.rows for table in manifest.tables},
    }


def _told(fields: dict[str, object], sentence: str, *, as_json: bool) -> Exit:
    if as_json:
        answer_json(fields)
    else:
        answer(sentence)
    return Exit.OK
