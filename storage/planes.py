"""Arrays of integers, small: split into byte planes, each deflated by whichever way is shortest for it.

Latencies are noise in their low bytes and nearly constant in the high ones; apart, the one is stored and the other vanishes.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

_CONSTANT: Final = 0
_STORED: Final = 1
_DEFLATED: Final = 2
_STRATEGIES: Final = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)


def encode(values: Ints) -> bytes:
    """Any 64-bit integers: the least of them, then the planes of what is above it."""
    if not len(values):
        return b""
    base = int(values.min())
    above = (values - base).astype("<u8")
    width = (int(above.max()).bit_length() + 7) // 8
    planes = above.view(np.uint8).reshape(-1, 8)[:, :width].T
    return base.to_bytes(8, "little", signed=True) + bytes([width]) + b"".join(_plane(np.ascontiguousarray(plane)) for plane in planes)


def decode(stored: bytes, count: int) -> Ints:
    """The inverse of `encode`; raises ValueError or zlib.error on anything else."""
    if not count:
        return np.empty(0, np.int64)
    base, width, at = int.from_bytes(stored[:8], "little", signed=True), stored[8], 9
    planes = np.zeros((count, 8), np.uint8)
    for place in range(width):
        way, size = stored[at], int.from_bytes(stored[at + 1 : at + 4], "little")
        planes[:, place] = _unplane(way, stored[at + 4 : at + 4 + size], count)
        at += 4 + size
    return planes.view("<u8").reshape(-1).astype(np.int64) + base


def _plane(plane: npt.NDArray[np.uint8]) -> bytes:
    raw = plane.tobytes()
    if raw.count(raw[0]) == len(raw):
        return _framed(_CONSTANT, raw[:1])
    shortest = min((_deflate(raw, strategy) for strategy in _STRATEGIES), key=len)
    return _framed(_DEFLATED, shortest) if len(shortest) < len(raw) else _framed(_STORED, raw)


def _framed(way: int, body: bytes) -> bytes:
    return bytes([way]) + len(body).to_bytes(3, "little") + body


def _deflate(raw: bytes, strategy: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 8, strategy)
    return packer.compress(raw) + packer.flush()


def _unplane(way: int, body: bytes, count: int) -> npt.NDArray[np.uint8]:
    if way == _CONSTANT:
        return np.full(count, body[0], np.uint8)
    raw = zlib.decompress(body, -zlib.MAX_WBITS, bufsize=count) if way == _DEFLATED else body
    if len(raw) != count:
        raise ValueError("a packed column of another length than its day")
    return np.frombuffer(raw, np.uint8)


def zigzag(values: Ints) -> Ints:
    """Small numbers of either sign as small positive ones."""
    return (values << 1) ^ (values >> 63)


def unzigzag(values: Ints) -> Ints:
    return (values >> 1) ^ -(values & 1)
