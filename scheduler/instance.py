"""One instance per state folder: a lock that the kernel frees when its process dies, however it dies."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from core.exits import Exit, Refusal


def only_instance(folder: Path) -> FileLock:
    """The lock of this folder's one web process, held already or taken now. Raises Refusal."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock((folder / "run.lock").absolute(), is_singleton=True)  # `run` takes it before app.py does, in one process
        lock.acquire(timeout=0)
    except Timeout:
        raise Refusal(
            Exit.ALREADY_RUNNING, f"Another instance serves {folder}: stop it first, or set STATE_DIR and PORT for a second one."
        ) from None
    except OSError as error:
        raise Refusal(
            Exit.STATE_NOT_WRITABLE,
            f"The state folder {folder} cannot be written ({(error.strerror or 'unknown').lower()}): set STATE_DIR to one that can.",
        ) from None
    return lock
