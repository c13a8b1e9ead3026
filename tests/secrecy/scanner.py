"""Finds secrets in bytes, as they are or in any encoding they may hide in, and in what was packed or encoded around them."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from pyarrow import parquet

DEEPEST: Final = 2  # encodings in encodings; what is packed in something packed is opened beside that
LONGEST_PACKED: Final = 1 << 24
_PARQUET: Final = b"PAR1"
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPE: Final = re.compile(rb"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_SLASHED: Final = re.compile(rb"\\+([/\"'\\bfnrt])")
_ZLIB: Final = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_TELLING: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{8,}|\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")  # else it was no base64, but words
_NAMED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def scan(blob: bytes, secrets: Mapping[str, str]) -> set[str]:
    """The names of those that stand somewhere in `blob`, whole or by a half of ten characters and more."""
    needles = [(name, needle) for name, secret in secrets.items() for needle in _needles(secret)]
    found: set[str] = set()
    for layer in (layer for part in _members(blob) for layer in _layers(part)):
        found |= {name for name, needle in needles if name not in found and needle in layer}
    return found


def _needles(secret: str) -> Iterator[bytes]:
    """A half is as bad as the whole; of a key file every line is one."""
    for line in (line for line in secret.splitlines() if "-----" not in line):
        raw, half = line.encode(), len(line.encode()) // 2
        yield from (raw[:half], raw[half:]) if half >= 10 else (raw,)


def _members(blob: bytes) -> Iterator[bytes]:
    """The bytes, and all that is in a zip (a backup, a workbook) or a Parquet file: what is packed there has no head to know it by."""
    yield blob
    if blob.startswith(_PARQUET) and blob.endswith(_PARQUET):
        yield _of_columns(blob)
    if zipfile.is_zipfile(io.BytesIO(blob)):
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            yield from map(archive.read, archive.namelist())


def _of_columns(blob: bytes) -> bytes:
    """Names, what the writer noted, and every value, a line each."""
    table = parquet.read_table(io.BytesIO(blob))
    noted = [b"%b\t%b" % (name, value) for name, value in (table.schema.metadata or {}).items()]
    values = (value for column in table.columns for value in column.to_pylist())
    told = (value if isinstance(value, bytes) else str(value).encode() for value in values)
    return b"\n".join([*map(str.encode, table.column_names), *noted, *told])


def _layers(blob: bytes) -> Iterator[bytes]:
    """The bytes, and all that can be read out of them."""
    seen: set[bytes] = set()
    layer = [blob]
    for _ in range(DEEPEST + 1):
        fresh = [each for each in dict.fromkeys(layer) if each and each not in seen]
        yield from fresh
        seen.update(fresh)
        layer = [inner for each in fresh for inner in _read(each)]


def _read(blob: bytes) -> Iterator[bytes]:
    yield from _unpacked(blob)
    yield from _unescaped(blob)
    yield b"\n".join(_from_base64(blob))
    yield b"\n".join(_from_hex(blob))


def _unpacked(blob: bytes) -> Iterator[bytes]:
    for found in _ZLIB.finditer(blob):
        try:
            inner = zlib.decompressobj(47).decompress(blob[found.start() :], LONGEST_PACKED)
        except zlib.error:
            continue
        yield inner
        yield from _unpacked(inner)


def _unescaped(blob: bytes) -> Iterator[bytes]:
    if b"%" in blob:
        yield unquote_to_bytes(blob.replace(b"+", b" "))
        yield unquote_to_bytes(blob)
    if b"\\" in blob:
        yield _SLASHED.sub(lambda found: _NAMED.get(found[1], found[1]), _ESCAPE.sub(_character, blob))
        yield _ESCAPE.sub(_character, blob)
    if b"&" in blob:
        yield html.unescape(blob.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _character(found: re.Match[bytes]) -> bytes:
    if found[2]:
        return bytes([int(found[2], 16)])
    return chr(int(found[1], 16)).encode("utf-8", "surrogatepass")


def _from_base64(blob: bytes) -> Iterator[bytes]:
    """A run may begin anywhere in a group of four: other letters may stand before what was encoded."""
    for run in dict.fromkeys(_BASE64.findall(blob)):
        standard = run.replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):
            part = standard[start : start + (len(standard) - start) // 4 * 4]
            rest = standard[start + len(part) :]
            read = b64decode(part + (rest + b"==")[:4] if len(rest) > 1 else part)
            if _TELLING.search(read):
                yield read


def _from_hex(blob: bytes) -> Iterator[bytes]:
    for run in dict.fromkeys(_HEX.findall(blob)):
        yield from (read for read in (bytes.fromhex(run.decode()), bytes.fromhex(run[1:-1].decode())) if _TELLING.search(read))


def scan_all(blobs: Mapping[str, bytes], secrets: Mapping[str, str]) -> dict[str, list[str]]:
    """By where they were found: what stands in there."""
    found = {where: sorted(scan(blob, secrets)) for where, blob in blobs.items()}
    return {where: names for where, names in found.items() if names}


def names_in(found: Mapping[str, Iterable[str]]) -> set[str]:
    return {name for names in found.values() for name in names}
