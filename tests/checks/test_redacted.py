"""Every word of a finding that may come from outside holds a secret: none is left of it, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_type_hints

import httpx

from checks.afterwards import redacted
from checks.evidence import evidence_of
from checks.exchange import Exchange
from core.health import Cause, Deprecation, Outcome, PageReading, PageStatus
from core.redact import Redactor

SECRET = "correct-horse-battery"
SAID = f"it said {SECRET} to us"
CLEAN = "it said [redacted] to us"


def words(kind: type[object]) -> Mapping[str, Any]:
    """All of a kind's fields that hold text, those that are yet to be invented too."""
    return {name: SAID for name, hint in get_type_hints(kind).items() if hint in (str, str | None)}


def test_no_word_of_an_outcome_holds_a_secret() -> None:
    page = PageReading(PageStatus.RED, components=(SAID,), **words(PageReading))
    said = Outcome(Cause.CONTRACT, deprecation=Deprecation(**words(Deprecation)), page=page, **words(Outcome))
    clean = redacted(said, Redactor([SECRET]))
    assert SECRET not in repr(clean)
    assert repr(clean) == repr(said).replace(SAID, CLEAN)


def test_the_words_of_a_transport_that_failed_hold_no_secret() -> None:
    request = httpx.Request("GET", f"https://api.example.com/?q={SECRET}", headers={"x-own": SECRET})
    evidence = evidence_of([Exchange(request, error=SAID), Exchange(request, error=SAID)], Redactor([SECRET]))
    assert evidence is not None
    assert evidence.error == CLEAN
    assert SECRET not in repr(evidence)
    assert evidence.request.count("[redacted]") == 4


def test_what_failed_before_anything_was_asked_holds_no_secret() -> None:
    evidence = evidence_of([], Redactor([SECRET]), SAID)
    assert evidence is not None
    assert evidence.error == CLEAN
