"""The forms an export is written in, a batch of rows at a time: CSV for spreadsheets, Parquet for everything else."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, Final, Protocol

import numpy as np

from commands.columns import Batch, Column, Kind
from core.escape import csv_cell, printable

GROUP_ROWS: Final = 100_000  # of a Parquet file: what a reader takes at once, and what is in memory here


class Form(Protocol):
    """`add` as often as there are batches, then `end`."""

    def add(self, batch: Batch) -> None: ...
    def end(self) -> None: ...


class Csv:
    """RFC 4180, in UTF-8: instants in ISO 8601, latencies in milliseconds with their three decimals."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        self._file, self._columns = file, columns
        self._write([[column.name for column in columns]])

    def add(self, batch: Batch) -> None:
        written = [_CSV[column.kind](values) for column, values in zip(self._columns, batch, strict=True)]
        self._write(zip(*written, strict=True))

    def end(self) -> None:
        """It has no end."""

    def _write(self, rows: Iterable[Iterable[object]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._file.write(text.getvalue().encode())


class Parquet:
    """Instants as timestamps, latencies as whole microseconds."""

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        import pyarrow
        import pyarrow.parquet

        arrow = self._arrow = pyarrow
        kinds = {
            Kind.INSTANT: arrow.timestamp("ms", "UTC"),
            Kind.LATENCY: arrow.int64(),
            Kind.NUMBER: arrow.int64(),
            Kind.FLAG: arrow.bool_(),
            Kind.WORD: arrow.string(),
            Kind.TEXT: arrow.string(),
        }
        self._columns = columns
        self._schema = arrow.schema([(_parquet_name(column), kinds[column.kind]) for column in columns])
        self._writer = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._kept: list[Any] = []

    def add(self, batch: Batch) -> None:
        cleaned = [_cleaned(values) if column.kind is Kind.TEXT else values for column, values in zip(self._columns, batch, strict=True)]
        arrays = [self._arrow.array(values, field.type) for values, field in zip(cleaned, self._schema, strict=True)]
        self._kept.append(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        if sum(map(len, self._kept)) >= GROUP_ROWS:
            self._flush()

    def end(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._kept:
            self._writer.write_table(self._arrow.concat_tables(self._kept))
            self._kept.clear()


FORMS: Final[dict[str, Callable[[BinaryIO, Sequence[Column]], Form]]] = {"csv": Csv, "parquet": Parquet}


def _parquet_name(column: Column) -> str:
    return f"{column.name.removesuffix('_ms')}_us" if column.kind is Kind.LATENCY else column.name


def _cleaned(values: Sequence[str | None]) -> list[str | None]:
    return [None if value is None else printable(value) for value in values]


def _instants(values: Sequence[int | None]) -> list[str]:
    said = np.datetime_as_string(np.array([0 if at is None else at for at in values], "datetime64[ms]"), unit="ms", timezone="UTC")
    return ["" if at is None else str(text) for at, text in zip(values, said, strict=True)]


def _latencies(values: Sequence[int | None]) -> list[str]:
    return ["" if us is None else f"{us // 1000}.{us % 1000:03}" for us in values]


def _texts(values: Sequence[str | None]) -> list[str]:
    return ["" if value is None else csv_cell(printable(value)) for value in values]


def _flags(values: Sequence[bool | None]) -> list[str]:
    return ["" if value is None else ("yes" if value else "no") for value in values]


def _as_they_are(values: Sequence[object]) -> list[object]:
    return ["" if value is None else value for value in values]


_CSV: Final[dict[Kind, Callable[[Sequence[Any]], Sequence[object]]]] = {
    Kind.INSTANT: _instants,
    Kind.LATENCY: _latencies,
    Kind.NUMBER: _as_they_are,
    Kind.FLAG: _flags,
    Kind.WORD: _as_they_are,
    Kind.TEXT: _texts,
}
