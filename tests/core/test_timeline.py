"""The sentences of an incident."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.health import Cause, Outcome, ProbeResult
from core.line import NEW
from core.plan import CheckPlan
from core.timeline import closing, milliseconds, opening, verdict_line, what_fails
from core.transition import Machine
from core.verdict import Confidence, Party, Verdict

CHECK = CheckPlan(1, 1, "orders", "Create order", "http", counts=True, latency_limit_us=800_000)
OPEN = Machine(open=True)


def said(cause: Cause, status: int | None = None, total_us: int = 100_000) -> str:
    return what_fails(CHECK, ProbeResult(1, 1, 0, 0, cause, total_us, outcome=Outcome(cause, status)))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (said(Cause.SERVER_ERROR, 503), "Create order answers 503"),
        (said(Cause.SERVER_ERROR), "Create order answers a server error"),
        (said(Cause.AUTH, 401), "Create order: the key is refused with 401"),
        (said(Cause.TIMEOUT, total_us=10_000_000), "Create order does not answer within 10 s"),
        (said(Cause.TIMEOUT, total_us=9_998_000), "Create order does not answer within 10 s"),
        (said(Cause.TIMEOUT, 408, 900_000), "Create order does not answer within 900 ms"),
        (said(Cause.SLOW, 200, 1_910_000), "Create order is slow: 1\u00a0910 ms, the limit is 800 ms"),
    ],
)
def test_a_title_says_what_exactly_fails(sentence: str, expected: str) -> None:
    assert sentence == expected


def test_every_cause_has_its_words() -> None:
    assert all(said(cause) and "{" not in said(cause) for cause in Cause)


def test_what_opened_and_what_closed_it_is_said_with_its_counts() -> None:
    assert opening(CHECK, replace(NEW, down=OPEN)) == "Incident opened: 3 failures in a row"
    assert opening(replace(CHECK, fail_after=1), replace(NEW, down=OPEN)) == "Incident opened: 1 failure in a row"
    assert opening(CHECK, replace(NEW, slow=OPEN)) == "Incident opened: 5 slow answers in a row"
    assert opening(CHECK, replace(NEW, own=OPEN)) == "Incident opened: 3 runs in a row could not be judged"
    assert closing(CHECK, replace(NEW, slow=OPEN), "4 min") == "Fast again after 4 min: 3 answers in time in a row"
    assert closing(CHECK, replace(NEW, own=OPEN), "4 min") == "Judged again after 4 min"


def test_a_verdict_reads_as_one_line() -> None:
    verdict = Verdict(13, Party.THEIRS, Confidence.MEDIUM, "Not acknowledged by PayPal.")
    assert verdict_line(verdict) == "Verdict: theirs, likely. Not acknowledged by PayPal."
    assert verdict_line(Verdict(15, Party.UNKNOWN, Confidence.LOW, "Nobody knows.")) == "Verdict: unknown whose. Nobody knows."


def test_a_lost_network_is_nobodys_but_ours() -> None:
    lost = Verdict(5, Party.UNKNOWN, Confidence.LOW, "It does not answer.")
    assert verdict_line(lost) == "Verdict: our own network. It does not answer."


def test_long_times_are_said_in_seconds() -> None:
    assert (milliseconds(999_000), milliseconds(10_000_000), milliseconds(None)) == ("999 ms", "10 s", "0 ms")
