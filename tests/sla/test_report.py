"""The month's portfolio: what counts, what does not, and the word for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.calendar import Period
from core.declared import Promise
from core.health import Cause, Status
from core.ledger import IncidentKind, SpanRow
from core.objective import Band, Phase
from core.plan import CheckPlan, Objective
from core.reading import LatencyReading, Reading
from core.verdict import Party
from sla.portfolio import Report, Row
from sla.report import month, row_of
from sla.sentence import headline, listed

Make = Callable[..., Reading]
MINUTE = 60_000
DAY = 1440 * MINUTE
THEIRS, OURS = Party.THEIRS, Party.OURS


def closed(period: Period, reading: Reading) -> Row:
    row = row_of(period, reading, period.end_ms + DAY)
    assert row is not None
    return row


def test_theirs_inside_an_incident_is_charged_to_the_minute(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((100, 29, THEIRS, True), (9000, 7, OURS, True), (20_000, 1, THEIRS, False))))
    assert row.contract.budget.spent == 29 * MINUTE
    assert row.contract.seen.not_charged_ms == 7 * MINUTE
    assert (row.short_failures, row.short_ms) == (1, MINUTE)
    assert row.contract.seen.ratio == Fraction(43_200 - 29 - 7, 43_200 - 7)
    assert row.contract.band is Band.KEPT


def test_experience_stands_beside_it_and_counts_everything(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((100, 29, THEIRS, True), (9000, 7, OURS, True), (20_000, 10, THEIRS, False))))
    assert row.experience.budget.spent == 46 * MINUTE
    assert row.experience.band is Band.BROKEN
    assert (row.contract.seen.policy, row.experience.seen.policy) == ("contract v1", "experience v1")


def test_incidents_lasted_and_counted_are_two_things(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((100, 29, THEIRS, True), (9000, 7, OURS, True))))
    assert [(line.id, line.lasted_ms // MINUTE, line.counted_ms // MINUTE, line.party) for line in row.incidents] == [
        (1, 29, 29, THEIRS),
        (2, 7, 0, OURS),
    ]


def test_an_incident_over_the_months_end_is_cut_there_and_still_open(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((43_190, 30, THEIRS, True),)))
    [line] = row.incidents
    assert (line.lasted_ms, line.counted_ms, line.ended_ms) == (10 * MINUTE, 10 * MINUTE, None)


def test_what_happened_before_the_month_is_not_in_it(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((-60, 90, THEIRS, True),)))
    assert row.contract.budget.spent == 30 * MINUTE


def test_an_integration_without_a_target_is_not_in_the_portfolio(november: Period, make: Make) -> None:
    assert month(november, [make(target=None)], november.end_ms).rows == ()


def test_the_promise_is_what_contract_is_held_against(november: Period, make: Make, promise: Promise) -> None:
    row = closed(november, make(failures=((100, 29, THEIRS, True),), promise=promise))
    assert (row.target_of, row.contract.target_pct, row.experience.target_pct) == ("contract", Decimal("99.95"), Decimal("99.9"))
    assert (row.contract.band, row.experience.band) == (Band.BROKEN, Band.KEPT)
    assert (row.source, row.read_on) == ("https://vendor.example/legal", "2026-09-02")


def test_a_promise_alone_is_a_target_too(november: Period, make: Make, promise: Promise) -> None:
    row = closed(november, make(target=None, promise=promise))
    assert row.experience.target_pct == Decimal("99.95")


def test_time_we_did_not_watch_is_unknown_and_makes_the_figure_provisional(november: Period, make: Make) -> None:
    reading = make()
    blind = [SpanRow(7, 1, november.start_ms, november.start_ms + 26 * DAY, Status.UP, None, MINUTE)]
    row = closed(november, replace(reading, spans=blind))
    assert row.contract.seen.ratio == 1
    assert row.contract.seen.coverage == Fraction(26, 30)
    assert row.contract.band is Band.PROVISIONAL


def test_maintenance_is_out_of_the_sum_and_of_the_budget(november: Period, make: Make) -> None:
    window = (november.start_ms + 90 * MINUTE, november.start_ms + 150 * MINUTE)
    row = closed(november, make(failures=((100, 29, THEIRS, True),), maintenance=[window]))
    assert row.contract.budget.spent == 0
    assert row.contract.seen.maintenance_ms == 60 * MINUTE
    assert row.contract.budget.allowed == Fraction(43_200 - 60, 1000) * MINUTE


def test_a_running_month_budgets_for_all_of_it_and_judges_what_was_seen(november: Period, make: Make) -> None:
    now = november.start_ms + 10 * DAY
    row = row_of(november, make(failures=((100, 20, THEIRS, True),), until=now), now)
    assert row is not None
    assert row.phase is Phase.RUNNING
    assert row.contract.budget.allowed == Fraction("43.2") * MINUTE
    assert row.contract.seen.coverage == 1
    assert row.contract.spent_at_ms == now + int(Fraction("23.2") / 20 * 10 * DAY)
    assert row.contract.band is Band.AT_RISK


def test_a_month_begins_with_the_first_result(november: Period, make: Make) -> None:
    first = november.start_ms + 20 * DAY
    spans = [SpanRow(7, 1, first, None, Status.UP, None, MINUTE)]
    row = closed(november, replace(make(first_ms={(7, 1): first}), spans=spans))
    assert (row.start_ms, row.contract.seen.coverage, row.contract.band) == (first, 1, Band.KEPT)


def test_before_its_first_result_a_running_integration_is_provisional_and_a_past_month_has_no_row(november: Period, make: Make) -> None:
    silent = replace(make(first_ms={}), spans=[], newest_ms={})
    row = row_of(november, silent, november.start_ms + DAY)
    assert row is not None
    assert (row.contract.band, row.contract.seen.ratio, row.contract.seen.coverage) == (Band.PROVISIONAL, None, None)
    assert row_of(november, silent, november.end_ms + DAY) is None


def test_an_integration_that_began_after_the_month_has_no_row_in_it(november: Period, make: Make) -> None:
    first = november.end_ms + 60_000
    later = replace(make(first_ms={(7, 1): first}), spans=[SpanRow(7, 1, first, None, Status.UP, None, MINUTE)])
    assert row_of(november, later, november.end_ms + DAY) is None


def test_the_month_is_closing_until_every_check_was_heard_after_it(november: Period, make: Make) -> None:
    now = november.end_ms + MINUTE
    assert month(november, [make(until=now), make("stripe", until=november.end_ms - 1)], now).phase is Phase.CLOSING
    assert month(november, [make(until=now), make("stripe", until=now)], now).phase is Phase.CLOSED


def test_a_removed_check_is_judged_to_its_removal_and_not_waited_for(november: Period, make: Make) -> None:
    gone = november.start_ms + 10 * DAY
    row = closed(november, make(until=gone, removed_ms={7: gone}))
    assert (row.end_ms, row.contract.seen.coverage, row.phase) == (gone, 1, Phase.CLOSED)


def test_a_check_that_was_removed_within_the_month_does_not_keep_it_open(november: Period, make: Make) -> None:
    gone, now = november.start_ms + 10 * DAY, november.end_ms + MINUTE
    assert month(november, [make(until=gone)], now).phase is Phase.CLOSING
    assert month(november, [make(until=gone, removed_ms={7: gone})], now).phase is Phase.CLOSED


def test_checks_that_do_not_count_and_incidents_of_others_change_nothing(november: Period, make: Make) -> None:
    reading = make(failures=((100, 29, THEIRS, True),))
    page = CheckPlan(8, 3, "status_page", "Status page", "statuspage", counts=False)
    down = SpanRow(8, 1, november.start_ms, november.end_ms, Status.DOWN, Cause.TIMEOUT, MINUTE)
    strangers = [replace(reading.incidents[0], id=9, integration=99), replace(reading.incidents[0], id=10, kind=IncidentKind.SELF)]
    more = replace(
        reading,
        plan=replace(reading.plan, checks=(*reading.plan.checks, page)),
        spans=[*reading.spans, down],
        incidents=[*strangers, *reading.incidents],
    )
    assert closed(november, more) == closed(november, reading)


def test_the_order_of_rows_and_spans_does_not_matter(november: Period, make: Make) -> None:
    reading = make(failures=((100, 29, THEIRS, True), (9000, 7, OURS, True)))
    shuffled = replace(reading, spans=reading.spans[::-1], verdicts=reading.verdicts[::-1], incidents=reading.incidents[::-1])
    assert closed(november, shuffled) == closed(november, reading)


def test_the_worst_comes_first(november: Period, make: Make) -> None:
    readings = [
        make("kept"),
        make("bad", failures=((100, 50, THEIRS, True),)),
        make("worse", failures=((100, 90, THEIRS, True),)),
        make("thin", first_ms={(7, 1): november.start_ms}),
    ]
    readings[3] = replace(readings[3], spans=[SpanRow(7, 1, november.start_ms, november.start_ms + DAY, Status.UP, None, MINUTE)])
    report = month(november, readings, november.end_ms + DAY)
    assert [(row.slug, row.contract.band) for row in report.rows] == [
        ("worse", Band.BROKEN),
        ("bad", Band.BROKEN),
        ("thin", Band.PROVISIONAL),
        ("kept", Band.KEPT),
    ]


def test_the_burn_down_steps_at_each_incident(november: Period, make: Make) -> None:
    row = closed(november, make(failures=((100, 29, THEIRS, True), (9000, 7, OURS, True))))
    start = november.start_ms
    assert row.burn_down == (
        (start, 0),
        (start + 100 * MINUTE, 0),
        (start + 129 * MINUTE, 29 * MINUTE),
        (november.end_ms, 29 * MINUTE),
    )


@pytest.mark.parametrize(("within", "met"), [(950, True), (949, False)])
def test_the_latency_objective_is_a_share_of_results(november: Period, make: Make, within: int, met: bool) -> None:
    reading = make(latency=LatencyReading(1000, within, 200_000, 790_000, 900_000))
    objective = Objective(Decimal("99.9"), latency_ms=800, latency_pct=Decimal(95))
    row = closed(november, replace(reading, plan=replace(reading.plan, objective=objective)))
    assert row.latency is not None
    assert (row.latency.share, row.latency.met) == (Fraction(within, 1000), met)


def test_without_a_latency_result_nothing_is_met_or_missed(november: Period, make: Make) -> None:
    reading = make(latency=LatencyReading(0, 0))
    objective = Objective(Decimal("99.9"), latency_ms=800, latency_pct=Decimal(95))
    row = closed(november, replace(reading, plan=replace(reading.plan, objective=objective)))
    assert row.latency is not None
    assert row.latency.met is None


failures = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 12), st.sampled_from(list(Party)), st.booleans()), max_size=6).map(
    lambda found: tuple((100 * i + a // 10, b, c, d) for i, (a, b, c, d) in enumerate(found))
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(failures, st.sampled_from(["99", "99.9", "99.95", "99.99", "100"]))
def test_a_closed_promise_is_broken_exactly_when_the_unrounded_figure_is_below_the_target(
    november: Period, make: Make, found: tuple[tuple[int, int, Party, bool], ...], target: str
) -> None:
    row = closed(november, make(target=target, failures=found))
    for standing in (row.contract, row.experience):
        assert standing.seen.ratio is not None
        assert (standing.band is Band.BROKEN) == (standing.seen.ratio * 100 < Fraction(target))


def test_forty_integrations_take_less_than_a_second(november: Period, make: Make) -> None:
    busy = tuple((100 * i, 5, THEIRS, i % 2 == 0) for i in range(100))
    readings = [make(f"vendor-{i}", failures=busy) for i in range(40)]
    begun = process_time()
    report = month(november, readings, november.end_ms + DAY)
    assert len(report.rows) == 40
    assert process_time() - begun < 1


def test_the_month_in_words(november: Period, make: Make, promise: Promise) -> None:
    readings = [make(name, promise=promise) for name in ("kept", "stripe")]
    readings.append(make("paypal", failures=((100, 50, THEIRS, True),), promise=promise))
    report = month(november, readings, november.end_ms + DAY)
    assert headline(report) == "1 of 3 promises is broken in November 2026: Paypal. 2 are kept."


def test_a_target_of_our_own_is_not_counted_as_a_promise_of_the_vendor(november: Period, make: Make, promise: Promise) -> None:
    missed = ((100, 50, THEIRS, True),)
    readings = [make("stripe", promise=promise), make("paypal", failures=missed, promise=promise), make("okta", failures=missed)]
    assert headline(month(november, readings, november.end_ms + DAY)) == (
        "1 of 2 promises is broken in November 2026: Paypal. 1 of 1 own targets is missed in November 2026: Okta. 1 is kept."
    )
    assert headline(month(november, [make("okta")], november.end_ms + DAY)) == "No own target is missed in November 2026. 1 is kept."


def test_a_month_in_which_all_is_well_says_so(november: Period, make: Make, promise: Promise) -> None:
    assert (
        headline(month(november, [make("paypal", promise=promise)], november.end_ms + DAY))
        == "No promise is broken in November 2026. 1 is kept."
    )


def test_a_month_without_targets_says_so(november: Period) -> None:
    assert headline(Report(november, Phase.RUNNING, november.start_ms, ())) == "No integration has a target in November 2026."


def test_many_names_are_counted_rather_than_listed() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"
    assert listed(list("ABCDEFG")) == "A, B, C, D and 3 more"
