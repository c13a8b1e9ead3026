"""Results of the past in columns, for storage, and as values, for the judge: two views of the same arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.health import Cause, Evidence, Outcome, Phases, ProbeResult
from core.voices import Round

CAUSES: Final = (None, *Cause)  # by code, as in `Column.cause`
CODES: Final = {cause: code for code, cause in enumerate(CAUSES) if cause is not None}

ResultKey = tuple[int, int, int]  # check, location, at_ms


@dataclass(frozen=True, slots=True)
class Column:
    """One check in order of time, one row a run. `outcomes` and `evidence` by row; every other row has the outcome `steady`."""

    check: int
    location: int
    at_ms: NDArray[np.int64]
    late_ms: NDArray[np.int32]
    cause: NDArray[np.uint8]  # index into CAUSES
    total_us: NDArray[np.int32]
    fit: NDArray[np.bool_]
    phases: NDArray[np.int32]  # (n, 5): look-up, connecting, TLS, first byte, transfer; -1 where one did not happen
    steady: Outcome
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    evidence: Mapping[int, Evidence] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def edges(self) -> NDArray[np.int64]:
        """When each run began."""
        begun: NDArray[np.int64] = self.at_ms + self.late_ms
        return begun

    def between(self, from_ms: int, to_ms: int) -> Column:
        """The rows due in [from, to)."""
        first, last = (int(place) for place in np.searchsorted(self.at_ms, [from_ms, to_ms]))
        rows = slice(first, last)
        return replace(
            self,
            at_ms=self.at_ms[rows],
            late_ms=self.late_ms[rows],
            cause=self.cause[rows],
            total_us=self.total_us[rows],
            fit=self.fit[rows],
            phases=self.phases[rows],
            outcomes={row - first: value for row, value in self.outcomes.items() if first <= row < last},
            evidence={row - first: value for row, value in self.evidence.items() if first <= row < last},
        )

    def results(self) -> list[ProbeResult]:
        """The rows as values."""
        check, location, steady = self.check, self.location, self.steady
        outcomes, evidence = self.outcomes, self.evidence
        causes = [CAUSES[code] for code in self.cause.tolist()]
        found = [
            ProbeResult(check, location, at, late, cause, total, fit, False, phases, steady)
            for at, late, cause, total, fit, phases in zip(
                self.at_ms.tolist(), self.late_ms.tolist(), causes, self.total_us.tolist(), self.fit.tolist(), self._phases(), strict=True
            )
        ]
        for row, outcome in outcomes.items():
            found[row] = replace(found[row], outcome=outcome, evidence=evidence.get(row))
        return found

    def _phases(self) -> Iterator[Phases | None]:
        """None for a kind of check that has none."""
        whole: list[bool] = np.all(self.phases >= 0, axis=1).tolist()
        for row, complete in zip(self.phases.tolist(), whole, strict=True):
            if complete:
                yield Phases(*row)
            else:
                values = [None if value < 0 else value for value in row]
                yield Phases(*values) if any(value is not None for value in values) else None


@dataclass(frozen=True)
class Day:
    """One UTC day, the last one cut off at the end of the history. `rounds`: the canary round after each network failure."""

    start_ms: int
    end_ms: int
    columns: tuple[Column, ...]
    rounds: Mapping[ResultKey, Round]

    def __len__(self) -> int:
        return sum(map(len, self.columns))

    @cached_property
    def results(self) -> list[ProbeResult]:
        """Every result of the day in the order in which runs began."""
        rows = [result for column in self.columns for result in column.results()]
        edges = np.concatenate([column.edges for column in self.columns])
        return [rows[place] for place in np.argsort(edges, kind="stable").tolist()]
