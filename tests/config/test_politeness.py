"""How often a host may be asked, whoever wrote the time down."""

import pytest

from config.loading import load
from core.declared import DeclaredCheck

OURS = "{slug: ours, provider: http, settings: {url: 'http://10.0.0.7/health'}, private_targets: true"


def declared(entry: str, top: str = "") -> tuple[DeclaredCheck, ...]:
    loaded = load(f"version: 1\n{top}\nintegrations:\n  - {entry}\n")
    assert [str(problem) for problem in loaded.errors] == []
    return loaded.declared[0].checks


@pytest.mark.parametrize("key", ["interval", "retry"])
def test_defaults_that_are_too_short_for_a_vendor_are_said_at_each_vendor_and_fine_for_hosts_of_ones_own(key: str) -> None:
    loaded = load(
        f"version: 1\ndefaults: {{{key}: 4s, timeout: 4s}}\nintegrations:\n  - {{slug: stripe, provider: stripe}}\n  - {OURS}}}\n"
    )

    assert [problem.line for problem in loaded.errors] == [4]
    assert loaded.errors[0].message.endswith("it stands under defaults")
    assert [one.slug for one in loaded.declared] == ["ours"]


def test_a_check_that_says_its_own_time_does_not_lean_on_the_defaults() -> None:
    checks = declared(
        "{slug: s, provider: stripe, checks: {reachability: {interval: 10s}, status_page: {interval: 10s}}}",
        "defaults: {interval: 9s, timeout: 9s}",
    )

    assert {check.interval_ms for check in checks} == {10_000}


def test_a_host_of_ones_own_may_be_asked_every_second() -> None:
    (check,) = declared(f"{OURS}, checks: {{reachability: {{interval: 1s, retry: 1s, timeout: 1s}}}}}}")

    assert (check.interval_ms, check.retry_ms, check.timeout_ms) == (1_000, 1_000, 1_000)


def test_a_heartbeat_asks_nobody_and_may_come_every_second() -> None:
    checks = declared("{slug: s, provider: stripe, checks: {job: {kind: heartbeat, every: 1s, grace: 0s}}}")

    assert next(check.interval_ms for check in checks if check.slug == "job") == 1_000
