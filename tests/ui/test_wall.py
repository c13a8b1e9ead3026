"""The answer first, the worst first, and nothing told twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from core.health import Status
from core.ledger import SignalRow
from core.plan import CheckPlan, Objective
from storage.rows import Figures, Summary
from tests.ui.samples import DAY_MS, MINUTE_MS, NOW_MS, failing, figures, fleet, summary
from ui.blocks import days, spark, wall
from ui.reader import Reader
from ui.readings.answer import monitor_answer, read_answer
from ui.readings.budget import month_budget
from ui.readings.shares import coverage, experience
from ui.readings.wall import Filter, read_wall
from ui.readings.watch import read_watch
from ui.views.monitor import Blind, Monitor

READER = Reader(NOW_MS, "Europe/Berlin")


def said(summaries: list[Summary]) -> str:
    answer = read_answer(summaries, READER)
    names = ", ".join(f"{name} ({whose})" if whose else name for name, whose in answer.named)
    return f"{answer.lead}{': ' + names if names else ''} | {answer.below}".replace("\u00a0", " ")


def test_the_answer_names_who_fails_and_whose_it_is_those_first_on_whom_nobody_is() -> None:
    assert said(failing(fleet())) == (
        "2 of 40 integrations are failing: PayPal (theirs, unacknowledged), Twilio (ours: key refused) | "
        "SendGrid is slow. HubSpot is in maintenance. Mixpanel is unknown. The other 35 are well."
    )


def test_the_attention_row_says_how_sure_we_are_and_what_the_vendor_admits() -> None:
    rows = {row.name: (row.whose, row.why) for row in read_wall(failing(fleet()), READER).troubles}
    assert rows["PayPal"] == ("Theirs, likely", "Not acknowledged by PayPal.")
    assert rows["SendGrid"] == ("Theirs", "Acknowledged by SendGrid.")


@pytest.mark.parametrize(
    ("status", "on_it", "tinted"), [("down", None, True), ("degraded", None, True), ("unknown", None, False), ("degraded", "Ada", False)]
)
def test_a_row_is_tinted_while_nobody_is_on_it_whether_down_or_slow(status: str, on_it: str | None, tinted: bool) -> None:
    row = replace(read_wall(failing(fleet()), READER).troubles[0], status=Status(status), on_it=on_it)
    assert (f'<li class="{status} open">' in wall.attention((row,), READER)) is tinted


def test_the_answer_of_a_calm_day_is_calm() -> None:
    assert said(fleet()).startswith("All 40 integrations are well. | ")


def test_before_the_first_result_nothing_is_claimed() -> None:
    fresh = [replace(one, since_ms=None, status=Status.UNKNOWN) for one in fleet()]
    assert said(fresh).startswith("Looking at 40 integrations for the first time.")


def test_slow_alone_is_not_called_failing() -> None:
    slow = [replace(summary("SendGrid"), status=Status.DEGRADED), summary("Stripe")]
    assert said(slow).startswith("1 of 2 integrations is slow: SendGrid")


def test_trouble_stands_above_and_is_not_repeated_in_its_category() -> None:
    view = read_wall(failing(fleet()), READER)
    assert [trouble.name for trouble in view.troubles] == ["PayPal", "Twilio", "SendGrid"]
    payments = next(group for group in view.groups if group.category == "Payments")
    assert (payments.above, [row.name for row in payments.rows]) == (1, ["Adyen", "Braintree", "Square", "Stripe"])


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (Filter(search="google"), ["Google Cloud Storage", "Google sign-in"]),
        (Filter(status="unknown"), ["Mixpanel"]),
        (Filter(status="failing"), []),
        (Filter(category="Delivery"), ["Cloudflare", "CloudFront", "Vercel"]),
        (Filter(owner="nobody"), []),
    ],
)
def test_a_filter_shows_only_what_it_asks_for(filters: Filter, names: list[str]) -> None:
    view = read_wall(failing(fleet()), READER, filters=filters)
    assert sorted((row.name for group in view.groups for row in group.rows), key=str.casefold) == names


def test_ten_are_roomy_sixty_are_open_more_are_folded() -> None:
    assert 'class="wall roomy"' in wall.table(read_wall(fleet()[:10], READER), READER)[0]
    assert len(wall.table(read_wall(fleet(), READER), READER)) == 1
    folded = wall.table(read_wall(fleet(2), READER), READER)
    assert len(folded) == 9
    assert all(section.startswith('<details class="grp">') for section in folded)


def test_a_folded_category_with_trouble_opens_by_itself() -> None:
    sections = wall.table(read_wall(failing(fleet(2)), READER), READER)
    assert [section[:60].count(" open") for section in sections] == [1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_beyond_three_hundred_a_folded_category_is_sent_when_it_is_opened() -> None:
    many = fleet(8)
    shut = wall.table(read_wall(many, READER), READER)
    assert not any("<table" in section for section in shut)
    opened = wall.table(read_wall(many, READER, opened=frozenset({"Payments"})), READER)
    assert sum("<table" in section for section in opened) == 1


def test_categories_that_are_links_are_one_block_and_open_ones_stand_between_them_in_their_order() -> None:
    many = fleet(8)
    (shut,) = wall.table(read_wall(many, READER), READER)
    assert shut.count('<a class="grp"') == 9
    before, opened, after = wall.table(read_wall(many, READER, opened=frozenset({"Messaging"})), READER)
    assert (before.count('<a class="grp"'), opened[:13], after.count('<a class="grp"')) == (5, "<details clas", 3)


def test_the_legend_ends_the_table_however_it_is_sent() -> None:
    for copies in (1, 2, 8):
        sections = wall.table(read_wall(fleet(copies), READER), READER)
        assert [section.endswith("no data</span></p>") for section in sections] == [False] * (len(sections) - 1) + [True]


def test_a_failure_that_is_not_confirmed_is_up_with_its_count() -> None:
    worried = replace(summary("Stripe"), failing=1)
    assert "19 d · 1 of 3 failing" in wall.table(read_wall([replace(worried, since_ms=NOW_MS - 19 * DAY_MS)], READER), READER)[0].replace(
        "\u00a0", " "
    )


def test_what_is_missing_in_the_bars_is_said_in_words() -> None:
    bars = "-" * 51 + "u" * 30 + "d" + "u" * 8
    assert days.sentence(bars).replace("\u00a0", " ") == "90 days: down on 1 day, last 8 d ago; no data on 51 days"
    assert days.sentence("u" * 90).replace("\u00a0", " ") == "90 days: no failures"


def test_a_line_is_lifted_where_nothing_answered() -> None:
    assert spark.sparkline((100, 110, None, 120, 100)).count("M") == 2
    assert spark.sparkline((None, None, 5)) == ""
    assert spark.sparkline((0, 0, 0)) == ""


@pytest.mark.parametrize("of", [Figures(), Figures(1, 2, 3, 4, 5, 1), Figures(maintenance_ms=9), Figures(unknown_ms=3), Figures(up_ms=7)])
def test_the_shares_of_the_wall_are_those_of_the_policy(of: Figures) -> None:
    assert (experience(of), coverage(of)) == (of.experience.ratio, of.experience.coverage)


def test_the_budget_is_of_what_was_seen_and_what_is_still_to_come() -> None:
    spent = figures(24 * DAY_MS, down_ms=20 * MINUTE_MS, degraded_ms=2 * MINUTE_MS)
    budget = month_budget(Objective(Decimal("99.9")), spent, READER)
    assert budget is not None
    allowed = Fraction(24 * DAY_MS + 1_796_083_200_000 - NOW_MS, 1000)
    assert budget.left == 1 - Fraction(21 * MINUTE_MS) / allowed
    assert month_budget(None, spent, READER) is None


def signal(kind: str, body: dict[str, object]) -> SignalRow:
    return SignalRow(1, kind, NOW_MS, dict(body))


def watched() -> Summary:
    one = summary("Stripe")
    return replace(one, plan=replace(one.plan, checks=(CheckPlan(1, 1, "api", "API", "http", True),)))


def test_what_ends_within_45_days_is_watched_soonest_first() -> None:
    signals = [
        signal("certificate", {"expires_at": "2027-01-04T00:00:00+00:00"}),
        signal("credential", {"expires_at": "2026-11-30T12:00:00+00:00"}),
        signal("deprecation", {"what": "v1", "sunset_at": "2027-06-01T00:00:00+00:00"}),
        signal("quota", {"remaining": 100, "limit": 1_000}),
        signal("page", {"status": "red", "headline": "Delays"}),
        signal("certificate", {"expires_at": "nonsense"}),
    ]
    assert [line.label for line in read_watch([watched()], signals, READER)] == ["Vendor says", "Quota", "Key expires", "Certificate"]


def test_a_vendors_page_says_nothing_new_while_our_own_checks_fail() -> None:
    one = replace(watched(), status=Status.DOWN)
    assert read_watch([one], [signal("page", {"status": "red", "headline": "Delays"})], READER) == ()


BLIND = Blind(NOW_MS - 3 * MINUTE_MS, None, "No canary answers", 8)


@pytest.mark.parametrize(
    ("monitor", "lead"),
    [
        (Monitor(None, None, True), None),
        (Monitor(None, BLIND, False), "Our own network is down."),
        (Monitor(NOW_MS - MINUTE_MS, BLIND, False), "Nobody is probing."),
        (Monitor(NOW_MS - MINUTE_MS, None, False, unwritable="database or disk is full"), "Nothing can be written."),
        (Monitor(0, None, False), "Nobody probes yet."),
        (Monitor(0, None, True, (12, 91)), "Nothing is judged yet."),
    ],
)
def test_where_the_monitor_does_not_see_nothing_is_said_to_be_well(monitor: Monitor, lead: str | None) -> None:
    answer = monitor_answer(monitor, READER)
    assert (answer.lead if answer else None) == lead
