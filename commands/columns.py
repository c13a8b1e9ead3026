"""The columns of an export: what a form is to make of each value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Batch: TypeAlias = Sequence[Sequence[Any]]  # a sequence of equal length for each column; None where there is no value


class Kind(StrEnum):
    INSTANT = "instant"  # ms since 1970, UTC
    LATENCY = "latency"  # us
    NUMBER = "number"
    FLAG = "flag"
    WORD = "word"  # of a closed set of ours
    TEXT = "text"  # anybody's


@dataclass(frozen=True, slots=True)
class Column:
    """A latency is called `..._ms` where it is written in milliseconds, and `..._us` where it is not."""

    name: str
    kind: Kind


def columns(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in kinds.items())
