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


@pytest.mark.parametrize(
    "entry",
    [
        "provider: stripe, checks: {reachability: {interval: 1s, timeout: 1s}}",
        "provider: stripe, checks: {status_page: {interval: 1s, timeout: 1s}}",
        "provider: stripe, settings: {status_url: 'http://10.0.0.7'}, checks: {reachability: {interval: 1s, timeout: 1s}}",
        "provider: stripe, settings: {base_url: 'http://10.0.0.7'}, checks: {status_page: {interval: 1s, timeout: 1s}}",
        "provider: stripe, settings: {base_url: 'https://API.stripe.com/'}, checks: {reachability: {interval: 1s, timeout: 1s}}",
        "provider: stripe, checks: {own: {kind: http, url: '{base_url}/v1', interval: 1s, timeout: 1s}}",
        "provider: stripe, checks: {own: {kind: tls, host: status.stripe.com, interval: 1s, timeout: 1s}}",
        "provider: auth0, settings: {tenant_domain: a.eu.auth0.com}, checks: {reachability: {interval: 1s, timeout: 1s}}",
        "provider: aws_s3, settings: {region: eu-central-1}, checks: {reachability: {interval: 1s, timeout: 1s}}",
    ],
)
def test_private_targets_open_no_shorter_interval_for_what_still_asks_the_vendor(entry: str) -> None:
    loaded = load(f"version: 1\nintegrations:\n  - {{slug: s, private_targets: true, {entry}}}\n")

    assert [problem.message[:38] for problem in loaded.errors] == ["the interval of 1s is too short for a "]


@pytest.mark.parametrize(
    "entry",
    [
        "settings: {base_url: 'http://10.0.0.7'}, checks: {reachability: {interval: 5s, timeout: 1s}}",
        "settings: {status_url: 'http://10.0.0.7'}, checks: {status_page: {interval: 5s, timeout: 1s}}",
        "settings: {base_url: 'http://10.0.0.7'}, checks: {own: {kind: http, url: '{base_url}/v1', interval: 5s, timeout: 1s}}",
        "checks: {own: {kind: tcp, host: mail.internal, port: 25, interval: 5s, timeout: 1s}}",
    ],
)
def test_what_is_asked_elsewhere_with_private_targets_is_ones_own(entry: str) -> None:
    assert 5_000 in {check.interval_ms for check in declared(f"{{slug: s, provider: stripe, private_targets: true, {entry}}}")}


def test_a_heartbeat_asks_nobody_and_may_come_every_second() -> None:
    checks = declared("{slug: s, provider: stripe, checks: {job: {kind: heartbeat, every: 1s, grace: 0s}}}")

    assert next(check.interval_ms for check in checks if check.slug == "job") == 1_000
