"""What a command writes into a file: whole, or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.exits import Exit, Refusal

STDOUT = Path("-")


@contextmanager
def written(path: Path | None) -> Iterator[BinaryIO]:
    """A file to write to that takes its name only when the block ends well. `-` and None are standard output.

    Raises Refusal where it cannot be written.
    """
    if path is None or path == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        yield from _beside(path.resolve())
    except OSError as error:
        raise Refusal(Exit.FAILED, f"{path} cannot be written: {(error.strerror or 'unknown').lower()}.") from None


def _beside(path: Path) -> Iterator[BinaryIO]:
    """Written beside it and renamed: a reader sees the old file or the new one. A device or a pipe is written as it is."""
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
