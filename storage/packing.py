"""A closed day of one check at one location as two blobs, lossless: results in 5 bytes each, phases in 9 more."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from storage.planes import Ints, decode, encode, unzigzag, zigzag

_FORM: Final = 1
_RESULT_SECTIONS: Final = 5
_PHASE_SECTIONS: Final = 6
_FIRST_BYTE: Final = 3  # its place among the phases


@dataclass(frozen=True, slots=True)
class Columns:
    """Results by column, in order of `at_ms`. `flags` and `cause` as storage.codes says."""

    at_ms: Ints
    late_ms: Ints
    flags: Ints
    cause: Ints
    total_us: Ints

    def __len__(self) -> int:
        return len(self.at_ms)


def pack(columns: Columns) -> bytes:
    """`columns` in order of time."""
    sections = (zigzag(_steps(columns.at_ms)), columns.late_ms, columns.flags, columns.cause, columns.total_us)
    return _framed(len(columns), [encode(section) for section in sections])


def unpack(body: bytes) -> Columns:
    """Raises ValueError or zlib.error for what `pack` did not write."""
    count, sections = _sections(body, _RESULT_SECTIONS)
    at, late, flags, cause, total = (decode(section, count) for section in sections)
    return Columns(_unsteps(unzigzag(at)), late, flags, cause, total)


def unpack_latencies(body: bytes) -> tuple[Ints, Ints]:
    """Flags and total_us alone: an exact percentile over a year needs no more."""
    count, sections = _sections(body, _RESULT_SECTIONS)
    return decode(sections[2], count), decode(sections[4], count)


def pack_phases(phases: Ints, total_us: Ints) -> bytes:
    """`phases` has five rows (dns, connect, tls, first byte, transfer), -1 where there is none.

    First byte is what the others leave of the total, all but a few microseconds: only the difference is kept.
    """
    present = phases >= 0
    values = np.where(present, phases, 0)
    mask = (present.astype(np.int64) << np.arange(5)[:, None]).sum(axis=0)
    values[_FIRST_BYTE] = zigzag(np.where(present[_FIRST_BYTE], total_us - values.sum(axis=0), 0))
    return _framed(len(total_us), [encode(section) for section in (mask, *values)])


def unpack_phases(body: bytes, total_us: Ints) -> Ints:
    """The five rows again, given the totals of the same results."""
    count, sections = _sections(body, _PHASE_SECTIONS)
    mask, *rows = (decode(section, count) for section in sections)
    values = np.stack(rows)
    rest = unzigzag(values[_FIRST_BYTE])
    values[_FIRST_BYTE] = 0
    values[_FIRST_BYTE] = total_us - values.sum(axis=0) - rest
    present = (mask >> np.arange(5)[:, None]) & 1
    return np.where(present == 1, values, -1)


def _steps(at_ms: Ints) -> Ints:
    """The first instant, the first step, then how each step differs from the one before: noughts, mostly."""
    return np.diff(np.diff(at_ms, prepend=np.int64(0)), prepend=np.int64(0))


def _unsteps(steps: Ints) -> Ints:
    return np.cumsum(np.cumsum(steps))


def _framed(count: int, sections: list[bytes]) -> bytes:
    sizes = b"".join(len(section).to_bytes(4, "little") for section in sections)
    return bytes([_FORM]) + count.to_bytes(4, "little") + sizes + b"".join(sections)


def _sections(body: bytes, number: int) -> tuple[int, list[bytes]]:
    if not body or body[0] != _FORM:
        raise ValueError("a packed day of an unknown form")
    count, start = int.from_bytes(body[1:5], "little"), 5 + 4 * number
    sizes = [int.from_bytes(body[at : at + 4], "little") for at in range(5, start, 4)]
    ends = list(accumulate(sizes, initial=start))
    return count, [body[low:high] for low, high in pairwise(ends)]
