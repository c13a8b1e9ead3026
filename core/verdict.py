"""Whose trouble it is: party, confidence and the facts the verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OWN_NETWORK: Final = 5  # the row of the table by which it is nobody's but our own network's


class Party(StrEnum):
    THEIRS = "theirs"
    OURS = "ours"
    PATH = "path"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    HIGH = "high"  # "Theirs."
    MEDIUM = "medium"  # "Theirs, likely."
    LOW = "low"  # "Theirs, perhaps."


class Speaks(StrEnum):
    """What a fact does for the verdict: speaks for it, against it, or is missing."""

    FOR = "for"
    AGAINST = "against"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as a sentence with its figures: `Our network answers.` + `Canaries example.com 21 ms`."""

    speaks: Speaks
    sentence: str
    figures: str = ""
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first matching row of the table in docs/concepts.md, with its facts."""

    rule: int
    party: Party
    confidence: Confidence
    headline: str  # "Not acknowledged by PayPal."
    facts: tuple[Fact, ...] = ()
    would_change: str = ""  # "A canary failing makes it path."
    acknowledged: bool = False  # by the vendor's own page; once acknowledged stays so
    tries: int = 1  # failing results in a row it rests on
