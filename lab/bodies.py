"""Bodies nobody should send: bombs, junk that calls itself JSON, JSON that few readers survive."""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from lab.exchange import Reply
from lab.faults import Kind

DEPTH: Final = 10_000
_JUNK: Final = b'{"ok": tru\x00\xff\xfe<!DOCTYPE html><script>alert(1)</script>\xc3\x28' * 8
_ODD: Final = (
    b'{"ok": NaN, "ok": -Infinity, "id": ' + b"9" * 5_000 + b', "rate": 1e999999, "name": "\\ud800", "": {"": []}, '
    b'"__proto__": {"ok": true}, "text": "\\u0000\\u202e\\ufeff"}'
)
# 64 MiB of zeros, by `brotli.compress(bytes(64 << 20), quality=11)`: nothing else here needs a packer for it.
_BROTLI: Final = b64decode(
    "y///P/gnAOKxQCD3/o///3/wTwDEYRGA7v0f////4J8AiMMCAN37P/7//8E/ARCHBQC693/8//+DfwIgDgsAdO//+P//B/8EQBwWAOje//H//w/+CYA4LADQvf/j"
    "//8f/BMAcVgAoHv/Nw=="
)


def odd(kind: Kind, size_mb: int) -> Reply:
    """The answer with one of these bodies; `kind` is one of `ODD`."""
    encoding, body = ODD[kind](size_mb)
    given = (("content-encoding", encoding),) if encoding else ()
    charset = "; charset=x-klingon" if kind is Kind.WRONG_CHARSET else ""
    return Reply(200, (("content-type", f"application/json{charset}"), *given), body)


@lru_cache(maxsize=8)
def _zeros(size_mb: int, window: int) -> bytes:
    """Packed zeros. A block that was flushed depends on nothing before it, so that one can be repeated: quick to make."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    if window == _ZLIB:
        return b"\x78\xda" + block * size_mb + b"\x03\x00" + (((size_mb << 20) % 65_521) << 16 | 1).to_bytes(4)
    check = zlib.crc32(b"")
    for _ in range(size_mb):
        check = zlib.crc32(bytes(1 << 20), check)
    length = (size_mb << 20) & 0xFFFFFFFF
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block * size_mb + b"\x03\x00" + check.to_bytes(4, "little") + length.to_bytes(4, "little")


_GZIP: Final = 31
_ZLIB: Final = 15
ODD: Final[dict[Kind, Callable[[int], tuple[str, bytes]]]] = {
    Kind.GARBAGE: lambda _: ("", _JUNK),
    Kind.BOMB: lambda size_mb: ("gzip", _zeros(size_mb, _GZIP)),
    Kind.DEFLATE_BOMB: lambda size_mb: ("deflate", _zeros(size_mb, _ZLIB)),
    Kind.BROTLI_BOMB: lambda _: ("br", _BROTLI),
    Kind.DEEP_JSON: lambda _: ("", b"[" * DEPTH + b"]" * DEPTH),
    Kind.ODD_JSON: lambda _: ("", _ODD),
    Kind.WRONG_CHARSET: lambda _: ("", '{"ok": true, "name": "Zoë"}'.encode("latin-1")),
}
