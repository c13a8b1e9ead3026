"""A packed day gives back every result to the last bit, and takes little room."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.packing import Columns, pack, pack_phases, unpack, unpack_latencies, unpack_phases
from storage.planes import Ints, decode, encode
from tests.storage.samples import MIDNIGHT

INT4 = 2**31 - 1
RESULT = st.tuples(st.integers(0, 86_399_999), st.integers(0, INT4), st.integers(0, 15), st.integers(0, 15), st.integers(0, INT4))
PHASE = st.one_of(st.just(-1), st.integers(0, 10_000_000))


def columns(rows: list[tuple[int, ...]]) -> Columns:
    table = np.array(sorted(rows), np.int64).reshape(-1, 5)
    return Columns(table[:, 0] + MIDNIGHT, *table[:, 1:].T)


def same(one: Columns, other: Columns) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in Columns.__slots__)


@given(st.lists(RESULT, max_size=300, unique_by=lambda row: row[0]))
def test_a_packed_day_comes_back_to_the_last_bit(rows: list[tuple[int, ...]]) -> None:
    day = columns(rows)
    packed = pack(day)
    assert same(unpack(packed), day)
    flags, total = unpack_latencies(packed)
    assert (flags.tolist(), total.tolist()) == (day.flags.tolist(), day.total_us.tolist())


@given(st.lists(st.tuples(st.integers(0, INT4), PHASE, PHASE, PHASE, PHASE, PHASE), max_size=100))
def test_packed_phases_come_back_with_those_that_are_missing(rows: list[tuple[int, ...]]) -> None:
    table = np.array(rows, np.int64).reshape(-1, 6)
    total, phases = table[:, 0], np.ascontiguousarray(table[:, 1:].T)
    assert np.array_equal(unpack_phases(pack_phases(phases, total), total), phases)


@given(st.lists(st.integers(-(2**62), 2**62), max_size=200))
def test_any_column_of_integers_comes_back(values: list[int]) -> None:
    assert decode(encode(np.array(values, np.int64)), len(values)).tolist() == values


def day(interval_s: int) -> tuple[Columns, Ints]:
    """A day like a real one: the noise of a network, some lateness, a short outage."""
    rng = np.random.default_rng(7)
    count = 86_400 // interval_s
    dns, connect, tls, first, transfer = (
        rng.lognormal(np.log(usual), spread, count).astype(np.int64)
        for usual, spread in ((2_500, 0.3), (9_000, 0.1), (20_000, 0.1), (90_000, 0.25), (400, 0.5))
    )
    total = dns + connect + tls + first + transfer + rng.integers(0, 30, count)
    failed = (np.arange(count) // 5 == 20).astype(np.int64)
    at = MIDNIGHT + 17_342 + np.arange(count) * interval_s * 1000
    phases = np.stack([dns, connect, tls, first, transfer])
    return Columns(at, rng.integers(0, 25, count), failed * 2, failed * 8, total), phases


@pytest.mark.parametrize("interval_s", [20, 60, 300])
def test_a_packed_day_takes_at_most_5_bytes_a_result_and_its_phases_9_more(interval_s: int) -> None:
    results, phases = day(interval_s)
    assert len(pack(results)) <= 5 * len(results)
    assert len(pack_phases(phases, results.total_us)) <= 9 * len(results)


@pytest.mark.parametrize("damaged", [b"", b"\x07rubbish"])
def test_a_damaged_pack_is_an_error_and_not_a_wrong_figure(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        unpack(damaged)


def test_a_pack_that_breaks_off_is_an_error() -> None:
    packed = pack(day(300)[0])
    with pytest.raises((ValueError, IndexError, zlib.error)):
        unpack(packed[: len(packed) // 2])
