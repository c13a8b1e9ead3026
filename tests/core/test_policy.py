"""Policies: what each of them makes of the same time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.availability import DOWN, Bucket, Buckets
from core.policy import CONTRACT, EXPERIENCE, POLICIES, STRICT, Policy, availability

MONTH = Buckets(
    up_ms=1000, degraded_ms=100, theirs_ms=10, ours_ms=20, path_ms=30, unsure_ms=40, short_ms=5, short_ours_ms=2,
    maintenance_ms=300, unknown_ms=400,
)  # fmt: skip


def test_contract_charges_what_is_theirs_inside_an_incident_and_nothing_else() -> None:
    seen = availability(MONTH, CONTRACT)
    assert (seen.good_ms, seen.bad_ms, seen.not_charged_ms) == (1000 + 100 + 5 + 2, 10, 20 + 30 + 40)
    assert seen.ratio == Fraction(1107, 1117)


def test_experience_counts_every_failure_and_slow_half() -> None:
    seen = availability(MONTH, EXPERIENCE)
    assert (seen.good_ms, seen.bad_ms, seen.not_charged_ms) == (1050, 50 + 107, 0)


def test_strict_counts_slow_in_full() -> None:
    seen = availability(MONTH, STRICT)
    assert (seen.good_ms, seen.bad_ms) == (1000, 207)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=str)
def test_unknown_and_maintenance_are_out_of_every_policy(policy: Policy) -> None:
    assert policy.bad[Bucket.UNKNOWN] is None
    assert policy.bad[Bucket.MAINTENANCE] is None


@pytest.mark.parametrize("policy", POLICIES.values(), ids=str)
def test_every_policy_says_something_of_every_bucket(policy: Policy) -> None:
    assert set(policy.bad) == set(Bucket)
    assert policy.says


def test_a_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(TypeError):
        CONTRACT.bad[Bucket.UP] = Fraction(1)  # type: ignore[index]


def test_a_policy_is_named_with_its_version() -> None:
    assert [str(policy) for policy in POLICIES.values()] == ["contract v1", "experience v1", "strict v1"]


def test_nothing_seen_is_no_figure() -> None:
    seen = availability(Buckets(unknown_ms=500), CONTRACT)
    assert (seen.ratio, seen.error_ratio, seen.coverage) == (None, None, 0)


def test_nothing_but_maintenance_has_no_coverage_either() -> None:
    assert availability(Buckets(maintenance_ms=500), CONTRACT).coverage is None


def test_coverage_is_of_the_time_outside_maintenance() -> None:
    assert Buckets(up_ms=75, maintenance_ms=900, unknown_ms=25).coverage == Fraction(3, 4)


def test_down_by_our_own_fault_alone_is_known_time() -> None:
    seen = availability(Buckets(ours_ms=100), CONTRACT)
    assert (seen.ratio, seen.coverage, seen.not_charged_ms) == (None, 1, 100)


amounts = st.builds(Buckets, *[st.integers(0, 10**10)] * 10)


@given(amounts, st.sampled_from(list(POLICIES.values())))
def test_good_bad_and_what_is_left_out_are_all_the_time_there_is(buckets: Buckets, policy: Policy) -> None:
    seen = availability(buckets, policy)
    assert seen.good_ms + seen.bad_ms + seen.not_charged_ms + seen.unknown_ms + seen.maintenance_ms == buckets.total_ms


@given(amounts, amounts)
def test_buckets_add_and_subtract(left: Buckets, right: Buckets) -> None:
    assert left + right - right == left
    assert (left + right).down_ms == left.down_ms + right.down_ms


@given(amounts)
def test_down_is_the_sum_of_its_kinds(buckets: Buckets) -> None:
    assert buckets.down_ms == sum(buckets[bucket] for bucket in DOWN)
    assert buckets.total_ms == sum(buckets[bucket] for bucket in Bucket)
