"""The scripted past: the same from the same seed, in order, and with every kind of day in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from core.health import NETWORK_CAUSES, Cause, PageStatus, ProbeResult
from core.ledger import IncidentKind
from core.plan import CheckPlan, IntegrationPlan, Plan
from core.redact import Redactor
from lab.cast import PARTS, part_named
from lab.demo_config import provider_of
from lab.history import CHECKS, INTERVAL_MS, RETRY_MS, Day, history, planned
from lab.past.columns import CAUSES
from scheduler.judge import judge, load

END_MS = int(datetime(2026, 11, 24, 13, 17, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
IDS = {check: number for number, check in enumerate(CHECKS, 101)}
NAMES = {number: check for check, number in IDS.items()}
DATABASES = {IDS["orders", "api"], IDS["sessions", "api"]}


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return list(history(IDS, end_ms=END_MS))


@pytest.fixture(scope="module")
def failures(days: list[Day]) -> list[ProbeResult]:
    return [result for day in days for result in day.results if result.cause is not None]


def some(days: int = 4, **more: int) -> Iterator[Day]:
    return history(IDS, end_ms=END_MS, days=days, **more)


def test_ninety_days_of_forty_checks_are_a_million_results() -> None:
    assert sum(len(day) for day in history(IDS, end_ms=END_MS)) > 1_000_000


def test_it_is_the_same_from_the_same_seed_and_another_from_another() -> None:
    first, again, other = ([day.results for day in some(seed=seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_check_left_out_changes_no_other() -> None:
    fewer = {check: number for check, number in IDS.items() if check != ("stripe", "api")}
    all_ = {column.check: column for column in next(some()).columns}
    for column in next(history(fewer, end_ms=END_MS, days=4)).columns:
        assert np.array_equal(column.total_us, all_[column.check].total_us)


def test_days_follow_each_other_and_hold_what_was_due_in_them(days: list[Day]) -> None:
    assert len(days) == 91
    assert all(before.end_ms == after.start_ms for before, after in pairwise(days))
    assert (days[0].start_ms % DAY_MS, days[-1].end_ms) == (0, END_MS)
    for day in days:
        assert all(day.start_ms <= result.at_ms < day.end_ms for result in day.results)


def test_results_come_in_the_order_in_which_runs_began(days: list[Day]) -> None:
    for day in days:
        edges = [result.edge_ms for result in day.results]
        assert edges == sorted(edges)


def test_no_run_of_a_check_begins_before_the_one_before_it_could_end(days: list[Day]) -> None:
    newest: dict[int, int] = {}
    for day in days:
        for result in day.results:
            assert result.at_ms - newest.get(result.check, 0) >= RETRY_MS
            newest[result.check] = result.at_ms


def test_columns_and_results_say_the_same(days: list[Day]) -> None:
    for day in days[::30]:
        by_check = defaultdict(list)
        for result in day.results:
            by_check[result.check].append(result)
        for column in day.columns:
            mine = by_check[column.check]
            assert [result.at_ms for result in mine] == column.at_ms.tolist()
            assert [result.cause for result in mine] == [CAUSES[code] for code in column.cause.tolist()]
            assert [result.total_us for result in mine] == column.total_us.tolist()
            assert [result.outcome.cause for result in mine] == [result.cause for result in mine]


def test_phases_add_up_to_the_whole(days: list[Day]) -> None:
    checked = 0
    for result in days[3].results:
        if result.cause is None and result.phases is not None and result.phases.transfer_us is not None:
            p = result.phases
            assert (p.dns_us or 0) + (p.connect_us or 0) + (p.tls_us or 0) + (p.first_byte_us or 0) + p.transfer_us == result.total_us
            checked += 1
    assert checked > 5000


def test_latency_is_near_what_is_usual_and_slower_by_day_than_by_night(days: list[Day]) -> None:
    stripe = [result for day in days for result in day.results if result.check == IDS["stripe", "api"] and result.cause is None]
    times = np.array([result.total_us for result in stripe]) / 1000
    hours = np.array([result.at_ms for result in stripe]) % DAY_MS // 3_600_000
    usual = part_named("stripe").usual_ms
    assert 0.85 * usual < np.median(times) < 1.15 * usual
    assert np.median(times[(hours > 10) & (hours < 18)]) > 1.1 * np.median(times[(hours > 21) | (hours < 5)])
    assert times.max() > 2 * usual


def test_every_cause_a_vendor_or_we_can_have_occurs(failures: list[ProbeResult]) -> None:
    never_here = {Cause.BLOCKED, Cause.OBSERVER, Cause.CONFIG, Cause.INTERNAL}
    assert {result.cause for result in failures} == set(Cause) - never_here


def test_slow_answers_are_slower_than_their_limit_and_good_ones_are_not(days: list[Day]) -> None:
    limits = {
        number: (part_named(slug).limit_ms or 10_000) * 1000 for (slug, check), number in IDS.items() if check == part_named(slug).check
    }
    for day in days:
        for result in day.results:
            if result.check in limits and result.cause in (None, Cause.SLOW):
                assert (result.total_us > limits[result.check]) == (result.cause is Cause.SLOW)


def test_a_failure_brings_retries_until_it_is_settled(days: list[Day]) -> None:
    """PayPal, 9 days before: three tries 20 s apart, then every five minutes, and two good ones to close it."""
    mine = [result for day in days for result in day.results if result.check == IDS["paypal", "api"]]
    bad = [at for at, result in enumerate(mine) if result.cause is Cause.SERVER_ERROR and result.outcome.http_status == 503]
    last = [at for at in bad if mine[at].at_ms > END_MS - 10 * DAY_MS]
    gaps = [mine[at].at_ms - mine[at - 1].at_ms for at in last]
    assert gaps[:4] == [INTERVAL_MS, RETRY_MS, RETRY_MS, INTERVAL_MS - 2 * RETRY_MS]
    assert set(gaps[4:]) == {INTERVAL_MS}
    assert mine[last[-1] + 2].at_ms - mine[last[-1] + 1].at_ms == RETRY_MS


def test_short_failures_below_three_in_a_row_occur(days: list[Day]) -> None:
    lengths = Counter(len(stretch) for stretch in stretches(days, IDS["github", "api"]))
    assert lengths[1] + lengths[2] > 0
    assert max(lengths) > 10


def stretches(days: list[Day], check: int) -> Iterator[list[ProbeResult]]:
    found: list[ProbeResult] = []
    for day in days:
        for result in day.results:
            if result.check == check and result.cause is not None:
                found.append(result)
            elif result.check == check and found:
                yield found
                found = []


def test_every_network_failure_has_a_round_of_canaries_begun_after_it(days: list[Day], failures: list[ProbeResult]) -> None:
    rounds = {key: round_ for day in days for key, round_ in day.rounds.items()}
    network = {(result.check, result.location, result.at_ms): result for result in failures if result.cause in NETWORK_CAUSES}
    assert rounds.keys() == network.keys()
    assert all(round_.begun_ms > network[key].edge_ms + network[key].total_us // 1000 for key, round_ in rounds.items())


def test_our_own_network_was_lost_three_times_and_then_nobody_answered(days: list[Day]) -> None:
    silent = sorted(key[2] for day in days for key, round_ in day.rounds.items() if round_.silent)
    starts = [at for before, at in pairwise([0, *silent]) if at - before > DAY_MS // 2]
    assert len(starts) == 3
    for start in starts:
        during = [result for day in days for result in day.results if start <= result.at_ms < start + 15 * 60_000]
        assert all(result.cause in NETWORK_CAUSES for result in during if NAMES[result.check][0] != "export")


def test_beside_a_silent_round_the_other_vendors_were_asked_and_did_not_answer_either(days: list[Day]) -> None:
    rounds = [round_ for day in days for round_ in day.rounds.values()]
    assert {len(round_.heard) for round_ in rounds if round_.silent} == {20}
    assert {cause for round_ in rounds for _, cause in round_.heard} <= NETWORK_CAUSES
    assert not [round_ for round_ in rounds if round_.fine and round_.heard]


def test_the_judge_blames_nobody_for_a_network_that_was_lost(days: list[Day]) -> None:
    """From the first failure on: what is written of it is `observer`, and no incident but our own blindness opens."""
    (day,) = (day for day in days if any(round_.silent for round_ in day.rounds.values()) and day.end_ms > END_MS - 5 * DAY_MS)
    ledger, _ = judge(load(plan_of_the_past()), day.results, None, day.rounds)
    silent = {key for key, round_ in day.rounds.items() if round_.silent}
    written = {(one.check, one.location, one.at_ms): one.cause for one in ledger.results}
    assert {written[key] for key in silent} == {Cause.OBSERVER}
    assert {row.kind for row in ledger.incidents} == {IncidentKind.BLIND}


def plan_of_the_past() -> Plan:
    checks = {number: a_check(number, *check) for check, number in IDS.items()}
    integrations = {
        place: IntegrationPlan(
            place,
            part.slug,
            part.name,
            provider_of(part),
            part.name,
            part.category,
            checks=tuple(check for check in checks.values() if check.integration == place),
        )
        for place, part in enumerate(PARTS, 1)
    }
    return Plan(integrations, checks)


def a_check(number: int, slug: str, check: str) -> CheckPlan:
    place = next(at for at, part in enumerate(PARTS, 1) if part.slug == slug)
    kind = {"status_page": "statuspage", "certificate": "tls", "heartbeat": "heartbeat"}.get(check, "http")
    counts = kind not in ("statuspage", "tls")
    return CheckPlan(number, place, check, check, kind, counts, INTERVAL_MS, RETRY_MS)


def test_what_calls_us_has_no_time_of_its_own(days: list[Day]) -> None:
    calls = [result for day in days for result in day.results if result.check == IDS["export", "heartbeat"]]
    assert {result.fit for result in calls} == {False}


def test_many_failed_at_once_while_canaries_answered(days: list[Day]) -> None:
    fine = Counter(key[2] // 600_000 for day in days for key, round_ in day.rounds.items() if round_.fine)
    assert fine.most_common(1)[0][1] >= 15


def test_the_monitor_itself_was_dark_twice(days: list[Day]) -> None:
    at = sorted(result.at_ms for day in days for result in day.results)
    gaps = [after - before for before, after in pairwise(at) if after - before > 20 * 60_000]
    assert len(gaps) == 2


def test_younger_integrations_have_no_earlier_results(days: list[Day]) -> None:
    first = {}
    for day in days:
        for result in day.results:
            first.setdefault(NAMES[result.check][0], result.at_ms)
    for part in PARTS:
        age = (END_MS - first[part.slug]) / DAY_MS
        assert abs(age - (part.joined_days_ago or 90)) < 1


def test_one_integration_never_worked_until_it_was_set_right(days: list[Day]) -> None:
    mine = [result for day in days for result in day.results if result.check == IDS["algolia", "api"]]
    assert {result.cause for result in mine[:8]} == {Cause.CLIENT_ERROR}
    assert mine[20].cause is None


def test_planned_work_stands_in_the_windows_and_fails_in_some(failures: list[ProbeResult]) -> None:
    windows = planned(END_MS - 90 * DAY_MS, END_MS)
    inside = [result for result in failures if result.check in DATABASES and any(start <= result.at_ms < stop for start, stop in windows)]
    assert len(windows) == 13
    assert len(inside) > 20


def test_pages_turned_red_after_the_outage_and_green_after_its_end(days: list[Day]) -> None:
    red = [result for day in days for result in day.results if result.outcome.page and result.outcome.page.status is PageStatus.RED]
    by_page = {NAMES[result.check][0] for result in red}
    assert by_page >= {"paypal", "stripe", "sendgrid", "slack", "twilio", "cloudflare", "sentry"}
    for result in red:
        page = result.outcome.page
        assert page is not None
        assert page.incident_started_at is not None
        assert page.incident_started_at.timestamp() * 1000 <= result.at_ms
        assert result.cause is None


def test_every_failure_but_a_missed_call_left_evidence_in_the_vendors_words(failures: list[ProbeResult]) -> None:
    for result in failures:
        if result.cause is Cause.MISSED:
            assert result.evidence is None
            continue
        assert result.evidence is not None
        assert result.evidence.error if result.cause in NETWORK_CAUSES else result.evidence.response.startswith("HTTP/1.1 ")
    paypal = [result for result in failures if result.check == IDS["paypal", "api"] and result.cause is Cause.SERVER_ERROR]
    assert any("SERVICE_UNAVAILABLE" in (result.evidence.response if result.evidence else "") for result in paypal)
    assert all(result.outcome.request_id for result in paypal)


def test_no_key_stands_in_the_evidence(failures: list[ProbeResult]) -> None:
    """The redactor takes nothing out that was not out already."""
    redact = Redactor(())
    told = {text for result in failures if result.evidence for text in (result.evidence.request, result.evidence.response)}
    assert [redact(text).text for text in told] == list(told)
    assert any("Authorization: [redacted]" in text for text in told)


def test_nothing_is_failing_when_the_history_ends(days: list[Day]) -> None:
    last = {result.check: result for day in days[-2:] for result in day.results}
    assert {NAMES[check] for check, result in last.items() if result.cause is not None} == set()
    assert set(last) == set(IDS.values())
    assert all(END_MS - result.at_ms <= INTERVAL_MS for result in last.values())


@pytest.mark.parametrize("hour", [0, 4, 9, 14, 21])
def test_nothing_is_failing_at_any_time_of_day_a_demo_may_start(hour: int) -> None:
    end_ms = END_MS // DAY_MS * DAY_MS + hour * 3_600_000 + 60_000
    *_, today = history(IDS, end_ms=end_ms, days=2)
    late = [result for result in today.results if result.at_ms > end_ms - 30 * 60_000]
    assert [NAMES[result.check] for result in late if result.cause is not None] == []
