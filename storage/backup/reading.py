"""Reading a backup: nothing in it is believed before the whole file hashes to its own seal, and no more is read than it declares."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import ValidationError

from storage import revision
from storage.backup.faults import Damaged, NewerBackup, NotABackup
from storage.backup.manifest import DIGITS, HEAD, LAYOUT, MANIFEST, SEAL, Manifest, TableEntry
from storage.codec import load

READ: Final = 1 << 20
LINE_BYTES: Final = 64 << 20  # a day of one check has some megabytes
MANIFEST_BYTES: Final = 1 << 20
ALWAYS_BYTES: Final = 64 << 20  # so much may come out of any file
RATIO: Final = 200  # and so much of each of its bytes: rows repeat themselves, a bomb more so
_NAME_AT: Final = 30  # of the first member, in a zip's first bytes (APPNOTE 4.3.7)
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup whose seal was found whole."""

    path: Path
    manifest: Manifest
    zip: zipfile.ZipFile

    def lines(self, entry: TableEntry) -> Iterator[bytes]:
        """Every row of a table, its line's end included. Raises Damaged at the latest behind the last one."""
        digest, rows, left = hashlib.sha256(), 0, entry.bytes
        try:
            with self.zip.open(entry.member) as member, io.BufferedReader(member, READ) as stream:  # type: ignore[type-var]
                while left and (line := stream.readline(min(left, LINE_BYTES))):
                    digest.update(line)
                    left -= len(line)
                    rows += 1
                    if not line.endswith(b"\n"):
                        raise Damaged(self.path, f"a row of {entry.name} does not end")
                    yield line
        except _BROKEN as error:
            raise Damaged(self.path, f"{entry.name}: {error}") from None
        if (rows, left, digest.hexdigest()) != (entry.rows, 0, entry.sha256):
            raise Damaged(self.path, f"{entry.name} is not what the manifest says")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises NotABackup, Damaged or NewerBackup."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotABackup(path, f"it cannot be read ({(error.strerror or 'unknown error').lower()})") from None
    with file:
        _require_ours(file, path)
        _require_whole(file, path)
        with _unzipped(file, path) as archive:
            yield Archive(path, _manifest(archive, path), archive)


def verify(archive: Archive) -> None:
    """Read every row. Raises Damaged."""
    for entry in archive.manifest.tables:
        for _ in archive.lines(entry):
            pass


def _require_ours(file: BinaryIO, path: Path) -> None:
    try:
        head = file.read(_NAME_AT + len(HEAD))
    except OSError as error:  # a folder
        raise NotABackup(path, f"it cannot be read ({(error.strerror or 'unknown error').lower()})") from None
    if not head.startswith(b"PK\x03\x04") or head[_NAME_AT:] != HEAD.encode():
        raise NotABackup(path)


def _require_whole(file: BinaryIO, path: Path) -> None:
    size = file.seek(0, os.SEEK_END)
    ending = size - len(SEAL) - DIGITS
    file.seek(max(ending, 0))
    if ending < 0 or file.read(len(SEAL)) != SEAL:
        raise Damaged(path, "its end is missing or is not its own")
    said = file.read(DIGITS)
    file.seek(0)
    digest, left = hashlib.sha256(), size - DIGITS
    while left and (chunk := file.read(min(READ, left))):
        digest.update(chunk)
        left -= len(chunk)
    if digest.hexdigest().encode() != said:
        raise Damaged(path, "it does not hash to the SHA-256 at its end")


def _unzipped(file: BinaryIO, path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _BROKEN as error:
        raise Damaged(path, str(error)) from None


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    """What the archive holds is exactly what its manifest lists, and no more comes out of it than it says."""
    try:
        said = archive.open(MANIFEST).read(MANIFEST_BYTES + 1)
        if len(said) > MANIFEST_BYTES:
            raise Damaged(path, "its manifest is too long")
        manifest = load(Manifest, said)
    except ValidationError as error:
        raise Damaged(path, f"its manifest is not one: {error.errors(include_url=False)[0]['msg'].lower()}") from None
    except _BROKEN as error:
        raise Damaged(path, str(error)) from None
    _require_listed(archive, manifest, path)
    if manifest.layout > LAYOUT:
        raise NewerBackup(path, manifest.version, "layout", manifest.layout, LAYOUT)
    if manifest.revision not in revision.known():
        raise NewerBackup(path, manifest.version, "schema", manifest.revision, revision.head())
    return manifest


def _require_listed(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    found = sorted((one.filename, one.file_size) for one in archive.infolist() if one.filename not in (HEAD, MANIFEST))
    if found != sorted((table.member, table.bytes) for table in manifest.tables):
        raise Damaged(path, "it does not hold what its manifest lists")
    packed = sum(one.compress_size for one in archive.infolist())
    if manifest.bytes > ALWAYS_BYTES + RATIO * min(packed, path.stat().st_size):
        raise Damaged(path, "far more would come out of it than any backup holds")
