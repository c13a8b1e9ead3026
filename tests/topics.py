"""What each topic of the exact cases asks of the product: its own functions, in the words of the cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from fractions import Fraction
from typing import Any

from core import (
    anomaly,
    burn,
    calendar,
    composite,
    detection,
    display,
    escape,
    flapping,
    grouping,
    maintenance,
    quorum,
    reliability,
    retries,
    signature,
    transition,
)
from core.address import is_blocked
from core.availability import Bucket, Buckets
from core.compare import compare
from core.credit import credit
from core.day import fold
from core.exact import exact
from core.health import Status
from core.intervals import clip, length
from core.merge import Track, account
from core.objective import error_budget
from core.percentile import nearest_rank
from core.policy import Policy, availability
from core.spans import Edges, Sample, spans_of

Given = Mapping[str, Any]
TOPICS: dict[str, Callable[[Given, Mapping[str, Any]], dict[str, Any]]] = {}


def topic(run: Callable[[Given, Mapping[str, Any]], dict[str, Any]]) -> Callable[[Given, Mapping[str, Any]], dict[str, Any]]:
    TOPICS[run.__name__] = run
    return run


# --- time ------------------------------------------------------------------------------------------------------------


@topic
def availability_time_weighted(given: Given, _: Given) -> dict[str, Any]:
    start, end = given["window"]
    samples = [Sample(at, Status(status), None, given["max_staleness_s"]) for at, status in sorted(given["samples"], key=lambda s: s[0])]
    track = Track(1, 1, spans_of(samples, Edges.HOLD))
    buckets = fold(account([track], start, end, maintenance=given.get("maintenance") or ()), start, end)
    weight = exact(given.get("degraded_downtime_weight", 0))
    shares = {Bucket.UP: Fraction(0), Bucket.DEGRADED: weight, Bucket.SHORT: Fraction(1), Bucket.MAINTENANCE: None}
    return {
        "seconds": {name: getattr(buckets, f"{name}_ms") for name in ("up", "degraded", "down", "unknown", "maintenance")},
        "availability_unknown_excluded": weighed(buckets, {**shares, Bucket.UNKNOWN: None}),
        "availability_unknown_as_down": weighed(buckets, {**shares, Bucket.UNKNOWN: Fraction(1)}),
        "availability_unknown_as_up": weighed(buckets, {**shares, Bucket.UNKNOWN: Fraction(0)}),
        "coverage": buckets.coverage,
    }


def weighed(buckets: Buckets, shares: Mapping[Bucket, Fraction | None]) -> Fraction | None:
    rest = {bucket: None for bucket in Bucket if bucket not in shares}
    return availability(buckets, Policy("vector", 1, "", {**rest, **shares})).ratio


@topic
def availability_request_based(given: Given, _: Given) -> dict[str, Any]:
    intervals = given["buckets_total_bad"]
    return {
        "request_based": composite.by_requests(intervals),
        "mean_of_bucket_error_rates": composite.by_mean_error_rate(intervals),
    }


@topic
def calendar_window(given: Given, _: Given) -> dict[str, Any]:
    find, number = (calendar.quarter, "quarter") if "quarter" in given else (calendar.month, "month")
    period = find(given["year"], given[number], given["tz"])
    seconds = period.length_ms // 1000
    return {
        "start_utc": utc(period.start_ms),
        "end_utc": utc(period.end_ms),
        "window_seconds": seconds,
        "budget_seconds": error_budget(given["target_pct"], seconds).allowed if "target_pct" in given else None,
    }


def utc(ms: int) -> str:
    return calendar.from_ms(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


@topic
def maintenance_dst(given: Given, _: Given) -> dict[str, Any]:
    day = date.fromisoformat(given["date"])
    start, end = maintenance.daily_window(day, wall(given["start_local"]), wall(given["end_local"]), given["tz"])
    ms = [calendar.to_ms(start), calendar.to_ms(end)]
    return {"start_utc": utc(ms[0]), "end_utc": utc(ms[1]), "seconds": (ms[1] - ms[0]) // 1000}


def wall(text: str) -> time:
    """24:00 is the next day's 00:00, which an end at or before the start is anyway."""
    return time.fromisoformat("00:00" if text == "24:00" else text)


@topic
def downtime_union(given: Given, _: Given) -> dict[str, Any]:
    return {"downtime_seconds": length(clip(given["intervals"], *given["window"]))}


@topic
def vendor_comparison(given: Given, _: Given) -> dict[str, Any]:
    found = compare(given["observed"], given["vendor"], *given["window"])
    return {
        "observed_down_s": found.observed_down,
        "vendor_down_s": found.vendor_down,
        "both_s": found.both,
        "only_observed_s": found.only_observed,
        "only_vendor_s": found.only_vendor,
        "agreement_jaccard": found.agreement,
        "observed_availability": found.observed_availability,
        "vendor_availability": found.vendor_availability,
        "vendor_minus_observed_pct_points": found.vendor_looks_better_by,
        "vendor_lag_s": list(found.lags),
    }


# --- budgets ---------------------------------------------------------------------------------------------------------

UNITS = {"window_seconds": 1, "window_s": 1, "window_minutes": 60, "window_hours": 3600, "window_h": 3600, "window_days": 86_400}


@topic
def error_budget_(given: Given, _: Given) -> dict[str, Any]:
    window = next(exact(given[name]) * seconds for name, seconds in UNITS.items() if name in given)
    budget = error_budget(given["target_pct"], window, given.get("downtime_seconds") or 0)
    return {
        "budget_seconds": budget.allowed,
        "consumed_fraction": budget.consumed,
        "remaining_seconds": budget.left,
        "remaining_fraction": budget.left_share,
        "breached": budget.breached,
    }


TOPICS["error_budget"] = TOPICS.pop("error_budget_")


@topic
def burn_rate_factor(given: Given, _: Given) -> dict[str, Any]:
    factor = burn.burn_factor(given["budget_fraction"], given["slo_period_h"], given["long_window_h"])
    return {"factor": factor, "short_window_s": burn.short_window(exact(given["long_window_h"]) * 3600)}


@topic
def burn_rate_detection_time(given: Given, _: Given) -> dict[str, Any]:
    return {"seconds": burn.detection_time(given["slo"], given["error_ratio"], given["factor"], given["long_window_s"])}


@topic
def multiwindow_burn_rate(given: Given, _: Given) -> dict[str, Any]:
    return {"windows": [burning(given, row) for row in given["table"]]}


def burning(given: Given, row: Given) -> dict[str, Any]:
    long, short = (burn.window_of_series(given["series_rle"], given["now_minute"], row[name] // 60) for name in ("long_s", "short_s"))
    rule = burn.BurnRule(row["severity"], exact(row["factor"]), row["long_s"], row["short_s"])
    found = burn.burn(rule, given["slo"], long, short)
    return {
        "severity": rule.severity,
        "factor": rule.factor,
        "long_s": rule.long_s,
        "short_s": rule.short_s,
        "long_rate": found.long_ratio,
        "short_rate": found.short_ratio,
        "threshold": found.threshold,
        "fires": found.fires,
    }


@topic
def sla_credit(given: Given, _: Given) -> dict[str, Any]:
    found = credit(given["tiers_lt_pct"], given["uptime_pct"], given.get("monthly_bill"))
    return {"credit_pct": found and found.percent, "credit_amount": found and found.amount}


@topic
def display_rounding(given: Given, _: Given) -> dict[str, Any]:
    return {"display": display.floor_percent(given["good"], given["total"], given.get("decimals", 2))}


# --- reliability -----------------------------------------------------------------------------------------------------


@topic
def mttr_mtbf(given: Given, _: Given) -> dict[str, Any]:
    troubles = [reliability.Trouble(i["started"], i.get("detected"), i.get("acked"), i.get("resolved")) for i in given["incidents"]]
    found = reliability.reliability(troubles, *given["window"])
    return {
        "count": found.count,
        "mttd": found.mttd,
        "mtta": found.mtta,
        "mttr_from_start": found.mttr,
        "mttr_from_detection": found.mttr_from_detection,
        "mtbf_operating": found.mtbf,
        "mtbf_start_to_start": found.mtbf_starts,
        "availability_identity": found.availability,
    }


@topic
def weighted_uptime(given: Given, _: Given) -> dict[str, Any]:
    weight = given.get("partial_weight", reliability.PARTIAL_WEIGHT)
    return {"uptime": reliability.weighted_uptime(exact(given["days"]) * 1440, given["major_min"], given["partial_min"], weight)}


@topic
def detection_guarantee(given: Given, _: Given) -> dict[str, Any]:
    interval = given["interval_s"]
    found = detection.guarantee(interval, given["retry_s"], given["threshold"], given["timeout_s"])
    return {
        "guaranteed_if_outage_at_least_s": found.found,
        "worst_latency_s": found.latest,
        "best_latency_s_fast_fail": found.earliest,
        "mean_latency_s_uniform_phase_timeout_fail": found.mean,
        "longest_invisible_outage_lt_s": found.invisible_below,
        "fixed_threshold_checks_per_day": detection.runs_per_day(interval * 1000),
    }


@topic
def quorum_false_positive(given: Given, _: Given) -> dict[str, Any]:
    probability = quorum.false_alarm(given["locations"], given["quorum"], given["p_false"])
    return {"probability": probability, "expected_false_per_30d_at_60s": probability * 30 * 1440}


@topic
def quorum_decision(given: Given, _: Given) -> dict[str, Any]:
    return {"status": quorum.decide([Status(state) for state in given["states"]], given.get("quorum")).value}


@topic
def flapping_nagios(given: Given, _: Given) -> dict[str, Any]:
    percent = flapping.change_percent(given["states"])
    return {
        "percent_source_0_75_1_25": percent,
        "starts_flapping": flapping.starts_flapping(percent, given["high_pct"]),
        "stops_flapping": flapping.stops_flapping(percent, given["low_pct"]),
    }


@topic
def composite_(given: Given, _: Given) -> dict[str, Any]:
    return {"serial": composite.serial(given["a"]), "parallel": composite.parallel(given["a"])}


TOPICS["composite"] = TOPICS.pop("composite_")


@topic
def state_machine(given: Given, _: Given) -> dict[str, Any]:
    thresholds = transition.Thresholds(given["fail_threshold"], given["success_threshold"])
    said = transition.changes([(at, status) for at, status in given["samples"]], thresholds, remind_every=given.get("remind_s"))
    return {"events": [[at, change.value] for at, change in said]}


@topic
def mass_failure_grouping(given: Given, _: Given) -> dict[str, Any]:
    tally = grouping.Tally(given["failing"], given["active_providers"])
    found = grouping.group(tally, given["canaries_reachable"], given["canaries_total"])
    return {
        "decision": found.grouping.value,
        "slack_messages": found.messages,
        "results_recorded_as": found.recorded_as.value,
        "incidents_opened": found.incidents,
    }


# --- latency ---------------------------------------------------------------------------------------------------------


@topic
def anomaly_ewma(given: Given, _: Given) -> dict[str, Any]:
    found = anomaly.moving_average(given["series_ms"], given["alpha"], given["k"], given["floor_ms"], given.get("warmup", anomaly.WARMUP))
    return {"flagged_indexes": list(found.flagged), "final_mean": found.mean, "final_var": found.variance}


@topic
def anomaly_seasonal_mad(given: Given, _: Given) -> dict[str, Any]:
    found = anomaly.seasonal(given["history_ms"], given["x_ms"], given["k"], given["floor_ms"])
    return {"median": found.median, "mad": found.mad, "limit": found.limit, "anomalous": found.anomalous}


@topic
def latency_percentile(given: Given, expected: Given) -> dict[str, Any]:
    return {name: nearest_rank(given["values"], per_cent(name)) for name in expected if name.endswith("_nearest_rank")}


def per_cent(name: str) -> str:
    """`p95_nearest_rank` is 95, `p99_9_...` and `p999_...` are 99.9."""
    digits = name.removeprefix("p").removesuffix("_nearest_rank").replace("_", ".")
    return digits if "." in digits or len(digits) < 3 or digits == "100" else f"{digits[:2]}.{digits[2:]}"


# --- going out -------------------------------------------------------------------------------------------------------


@topic
def retry_schedule(given: Given, _: Given) -> dict[str, Any]:
    times = retries.cumulative(given["delays_s"])
    return {"cumulative_s": times, "last_hhmmss": retries.clock(times[-1]) if times else None, "attempts": len(times)}


@topic
def webhook_signature(given: Given, expected: Given) -> dict[str, Any]:
    """Stripe's expected field is `v1`; the others state the whole `signature`, told apart by what they sign."""
    secret, body, sent = given["secret"], given["body"].encode(), int(given.get("timestamp", -1))
    if "id" in given:
        made = signature.sign_standard(secret, given["id"], sent, body)
        return {"signature": made, **taken(expected, lambda at: signature.verify_standard(secret, given["id"], str(sent), body, made, at))}
    if sent < 0:
        return {"signature": signature.sign_github(secret, body)}
    if "v1" not in expected:
        made = signature.sign_slack(secret, sent, body)
        return {"signature": made, **taken(expected, lambda at: signature.verify_slack(secret, str(sent), body, made, at))}
    made = signature.sign_stripe(secret, sent, body)
    header = ",".join(filter(None, [f"t={sent}", f"v1={made}", given.get("header_extra")]))
    return {"v1": made, **taken(expected, lambda at: signature.verify_stripe(secret, header, body, at))}


def taken(expected: Given, verify: Callable[[int], bool]) -> dict[str, Any]:
    """Of the instants a case asks about, those at which the message is taken, and those at which it is not."""
    return {
        "accept_at": [at for at in expected.get("accept_at", []) if verify(at)],
        "reject_at": [at for at in expected.get("reject_at", []) if not verify(at)],
    }


@topic
def ssrf_ip_policy(given: Given, _: Given) -> dict[str, Any]:
    return {"rows": [{"ip": address, "blocked": is_blocked(address)} for address in given["addresses"]]}


@topic
def slack_escape(given: Given, _: Given) -> dict[str, Any]:
    return {"outputs": [escape.slack_escape(text, limit) for text, limit in given["cases"]]}


@topic
def csv_formula_escape(given: Given, _: Given) -> dict[str, Any]:
    return {"escaped": [escape.csv_cell(text) for text in given["cells"]]}
