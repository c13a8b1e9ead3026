"""The vendor's own word beside ours: its lane, and how often and how late it named what we saw."""

from __future__ import annotations

import pytest

from core.health import Cause, PageStatus, Status
from core.ledger import IncidentKind, IncidentRow, PageRow
from core.verdict import Confidence, Party, Verdict
from ui.readings.vendor_page import named, page_parts

NOW_MS = 1_795_527_128_000
MINUTE_MS = 60_000
DAY_MS = 86_400_000
GREEN, RED, UPKEEP = PageStatus.GREEN, PageStatus.RED, PageStatus.MAINTENANCE


def said(minutes: int, status: PageStatus, headline: str = "") -> PageRow:
    """So many minutes before now."""
    return PageRow(2, NOW_MS - minutes * MINUTE_MS, status, headline)


def outage(start_min: int, end_min: int | None, party: Party = Party.THEIRS, status: Status = Status.DOWN) -> IncidentRow:
    start, end = NOW_MS - start_min * MINUTE_MS, None if end_min is None else NOW_MS - end_min * MINUTE_MS
    verdict = Verdict(13, party, Confidence.MEDIUM, "")
    kind, cause = IncidentKind.VENDOR, Cause.SERVER_ERROR
    return IncidentRow(1, kind, 1, start, start + MINUTE_MS, status, cause, (1,), verdict, 1, resolved_ms=end, closed_ms=end)


def test_a_page_that_was_red_and_is_green_again_still_shows_its_red() -> None:
    words = [said(200, GREEN), said(50, RED, "Errors"), said(40, RED, "A fix"), said(30, GREEN)]
    parts = page_parts(words, [(NOW_MS - 100 * MINUTE_MS, NOW_MS)], NOW_MS - 100 * MINUTE_MS, NOW_MS)
    assert [(kind, (NOW_MS - start) // MINUTE_MS) for kind, start, _ in parts] == [("u", 100), ("d", 50), ("u", 30)]
    assert parts[-1][2] == NOW_MS


def test_a_page_says_nothing_while_it_cannot_be_read_or_before_it_was_read() -> None:
    readable = [(NOW_MS - 80 * MINUTE_MS, NOW_MS - 60 * MINUTE_MS), (NOW_MS - 50 * MINUTE_MS, NOW_MS - 10 * MINUTE_MS)]
    parts = page_parts([said(70, UPKEEP)], readable, NOW_MS - 100 * MINUTE_MS, NOW_MS)
    assert [(kind, (NOW_MS - start) // MINUTE_MS) for kind, start, _ in parts] == [("-", 100), ("m", 70), ("-", 60), ("m", 50), ("-", 10)]


HISTORY = [said(80 * 1_440, GREEN), said(500, RED), said(480, GREEN), said(100, RED), said(90, RED), said(60, GREEN)]


@pytest.mark.parametrize(
    ("words", "incidents", "sentence"),
    [
        ([], [outage(520, 490)], ""),
        (HISTORY, [], "In 80 days we saw no outage that PayPal’s page could have named."),
        (HISTORY, [outage(520, 490)], "In 80 days PayPal’s page named 1 of 1 outage we saw, 20 min after us."),
        (HISTORY, [outage(520, 490), outage(98, 70), outage(40, None)],
         "In 80 days PayPal’s page named 2 of 3 outages we saw, 9 min after us on average."),
        (HISTORY, [outage(95, 70)], "In 80 days PayPal’s page named 1 of 1 outage we saw, 5 min before us."),
        (HISTORY, [outage(40, 20)], "In 80 days PayPal’s page did not name the one outage we saw."),
        (HISTORY, [outage(40, 30), outage(20, 10)], "In 80 days PayPal’s page named none of the 2 outages we saw."),
        (HISTORY, [outage(520, 490, Party.OURS), outage(98, 70, status=Status.DEGRADED)],
         "In 80 days we saw no outage that PayPal’s page could have named."),
        ([said(100 * 1_440, GREEN)], [outage(95 * 1_440, 94 * 1_440)], "In 90 days we saw no outage that PayPal’s page could have named."),
        ([said(60, GREEN)], [outage(90, 70)], "In 1 day we saw no outage that PayPal’s page could have named."),
    ],
)  # fmt: skip
def test_how_often_and_how_late_the_page_named_an_outage_is_one_sentence(
    words: list[PageRow], incidents: list[IncidentRow], sentence: str
) -> None:
    assert named(words, incidents, "PayPal", NOW_MS).replace("\u00a0", " ") == sentence
