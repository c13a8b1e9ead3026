"""From a configuration to declared checks."""

import sys
from datetime import datetime, time
from decimal import Decimal

import pytest

from checks.kinds import kinds
from checks.registry import probe_for, providers
from config.loading import load
from config.models import Check
from config.planning import covered, no_such_provider, rule_of
from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.maintenance import Once, Weekday, Weekly
from core.plan import Criticality, Objective


def declare(entry: str, top: str = "") -> DeclaredIntegration:
    loaded = load(f"version: 1\n{top}\nintegrations:\n  - {entry}\n")
    assert loaded.errors == ()
    return loaded.declared[0]


def check(integration: DeclaredIntegration, slug: str) -> DeclaredCheck:
    return next(check for check in integration.checks if check.slug == slug)


def test_without_a_key_reachability_counts() -> None:
    stripe = declare("{slug: stripe, provider: stripe}")

    assert {one.slug: one.counts for one in stripe.checks} == {"reachability": True, "status_page": False}


def test_with_a_key_the_api_counts_instead() -> None:
    stripe = declare("{slug: stripe, provider: stripe, secrets: {secret_key: env:K}}")

    assert {one.slug: one.counts for one in stripe.checks} == {"api": True, "reachability": False, "status_page": False}


def test_with_its_api_check_switched_off_reachability_counts_again() -> None:
    stripe = declare("{slug: stripe, provider: stripe, secrets: {secret_key: env:K}, checks: {api: {enabled: false}}}")

    assert {one.slug: one.counts for one in stripe.checks} == {"reachability": True, "status_page": False}


def test_either_credential_of_twilio_is_enough() -> None:
    token = declare("{slug: t, provider: twilio, secrets: {account_sid: env:A, auth_token: env:B}}")
    key = declare("{slug: t, provider: twilio, secrets: {account_sid: env:A, api_key_sid: env:B, api_key_secret: env:C}}")
    half = declare("{slug: t, provider: twilio, secrets: {account_sid: env:A, api_key_sid: env:B}}")

    assert [any(one.slug == "api" for one in integration.checks) for integration in (token, key, half)] == [True, True, False]


@pytest.mark.parametrize(
    ("slug", "page"), [(slug, provider.status_page) for slug, provider in sorted(providers().items()) if provider.status_page]
)
def test_a_status_page_is_read_where_its_engine_exists(slug: str, page: object) -> None:
    needed = ", ".join(f"{spec.name}: x" for spec in providers()[slug].settings if spec.required)
    integration = declare(f"{{slug: s, provider: {slug}, settings: {{{needed}}}}}")
    reads = any(one.kind == "statuspage" for one in integration.checks)

    assert reads is (page.engine is not None)  # type: ignore[attr-defined]
    assert reads or page.note.startswith("engine not yet built")  # type: ignore[attr-defined]


def test_a_status_page_and_a_certificate_do_not_count() -> None:
    integration = declare(
        "{slug: s, provider: paypal, checks: {page: {kind: statuspage, url: 'https://status.example.com'},"
        " queue: {kind: heartbeat, every: 1h, grace: 5m}}}"
    )

    assert (check(integration, "page").counts, check(integration, "queue").counts) == (False, True)


def test_a_check_may_be_made_to_count_or_not() -> None:
    integration = declare("{slug: s, provider: stripe, checks: {status_page: {counts: true}, reachability: {counts: false}}}")

    assert (check(integration, "status_page").counts, check(integration, "reachability").counts) == (True, False)


def test_a_heartbeat_comes_by_itself_every_so_often() -> None:
    export = check(declare("{slug: s, provider: paypal, checks: {export: {kind: heartbeat, every: 1d, grace: 30m}}}"), "export")

    assert (export.kind, export.interval_ms, export.grace_ms) == ("heartbeat", 86_400_000, 1_800_000)


def test_what_a_check_does_not_say_comes_from_the_defaults() -> None:
    top = "defaults: {interval: 5m, timeout: 3s, retry: 30s, fail_after: 2, latency_limit: 800ms}"
    api = check(declare("{slug: s, provider: paypal, checks: {reachability: {timeout: 4s}}}", top), "reachability")

    assert (api.interval_ms, api.timeout_ms, api.retry_ms, api.fail_after, api.latency_limit_us) == (300_000, 4_000, 30_000, 2, 800_000)


def test_the_retry_time_is_never_longer_than_the_interval() -> None:
    quick = check(declare("{slug: s, provider: paypal, checks: {reachability: {interval: 10s, timeout: 5s}}}"), "reachability")

    assert quick.retry_ms == 10_000


def test_a_status_page_has_no_latency_limit_unless_it_says_so() -> None:
    stripe = declare("{slug: s, provider: stripe}", "defaults: {latency_limit: 1s}")

    assert check(stripe, "status_page").latency_limit_us is None
    assert check(stripe, "reachability").latency_limit_us == 1_000_000


def test_what_people_say_of_an_integration_is_carried_over() -> None:
    stripe = declare(
        "{slug: s, provider: stripe, name: Cards, environment: staging, owner: payments, runbook: 'https://wiki.example.com',"
        " criticality: high, tags: [shop], flows: [Checkout], objective: {availability: 99.95, latency: 800ms, latency_share: 95},"
        " contract: {availability: 99.9, source: 'https://example.com/sla', read_at: 2026-01-31}}"
    )

    assert (stripe.name, stripe.environment, stripe.owner, stripe.criticality) == ("Cards", "staging", "payments", Criticality.HIGH)
    assert (stripe.tags, stripe.flows, stripe.category, stripe.status_page_url) == (
        ("shop",),
        ("Checkout",),
        "payments",
        "https://status.stripe.com",
    )
    assert stripe.objective == Objective(Decimal("99.95"), 800, Decimal(95))
    assert stripe.promise == Promise("99.9", "https://example.com/sla", "2026-01-31")


def test_a_vendor_behind_the_generic_provider_is_a_provider_of_its_own() -> None:
    github = declare("{slug: gh, provider: http, vendor: GitHub, category: dev, settings: {url: 'https://api.github.com'}}")

    assert (github.provider, github.provider_name, github.catalogue, github.category) == ("github", "GitHub", "http", "dev")


def test_a_default_setting_may_lean_on_another() -> None:
    auth0 = declare("{slug: a, provider: auth0, settings: {tenant_domain: acme.eu.auth0.com}}")

    assert auth0.settings["base_url"] == "https://acme.eu.auth0.com"


def test_what_a_vendor_stands_on_is_named_with_its_region() -> None:
    assert declare("{slug: s, provider: aws_s3, settings: {region: eu-west-1}}").upstreams == ("aws:eu-west-1",)


@pytest.mark.parametrize(
    "change",
    [
        "settings: {base_url: 'https://other.example.com'}",
        "secrets: {secret_key: env:OTHER}",
        "checks: {reachability: {timeout: 5s}}",
        "private_targets: true",
    ],
)
def test_what_changes_the_question_changes_the_fingerprint(change: str) -> None:
    before = check(declare("{slug: s, provider: stripe}"), "reachability")
    after = check(declare(f"{{slug: s, provider: stripe, {change}}}"), "reachability")

    assert before.fingerprint != after.fingerprint


@pytest.mark.parametrize(
    "change", ["owner: payments", "tags: [shop]", "checks: {reachability: {interval: 5m}}", "objective: {availability: 99}"]
)
def test_what_does_not_change_the_question_leaves_the_fingerprint(change: str) -> None:
    before = check(declare("{slug: s, provider: stripe}"), "reachability")
    after = check(declare(f"{{slug: s, provider: stripe, {change}}}"), "reachability")

    assert before.fingerprint == after.fingerprint


def many(count: int, interval: str = "", provider: str = "slack") -> str:
    said = f"checks: {{reachability: {{interval: {interval}, timeout: 1s}}}}" if interval else "checks: {reachability: {timeout: 1s}}"
    entries = "".join(f"  - {{slug: s{index}, provider: {provider}, {said}}}\n" for index in range(count))
    return "version: 1\nintegrations:\n" + entries


def test_intervals_nobody_chose_are_stretched_to_the_vendors_budget() -> None:
    # 20 calls a minute for Slack, a fifth kept free: 32 checks fit at two minutes
    loaded = load(many(32))

    assert loaded.errors == ()
    assert {(check(one, "reachability").interval_ms, check(one, "reachability").wanted_interval_ms) for one in loaded.declared} == {
        (120_000, 60_000)
    }


def test_a_status_page_does_not_use_the_vendors_budget() -> None:
    assert {check(one, "status_page").wanted_interval_ms for one in load(many(32)).declared} == {None}


def test_a_plan_within_its_budget_is_left_alone() -> None:
    assert {check(one, "reachability").wanted_interval_ms for one in load(many(16)).declared} == {None}


def test_chosen_intervals_that_do_not_fit_are_refused_with_the_interval_that_does() -> None:
    loaded = load(many(17, "60s"))

    assert [problem.key for problem in loaded.errors] == ["integrations[16].checks.reachability.interval"]
    assert "1m4s for each of its 17 checks fits" in loaded.errors[0].message
    assert len(loaded.declared) == 16
    assert load(many(17, "64s")).errors == ()


@pytest.mark.parametrize("interval", ["60s", ""])
def test_a_file_far_beyond_a_budget_costs_as_much_as_it_is_long(interval: str) -> None:
    def calls(count: int) -> int:
        """Functions called, which no busy machine makes more."""
        seen = 0

        def note(frame: object, event: str, argument: object) -> None:
            nonlocal seen
            seen += event == "call"

        text, before = many(count, interval), sys.getprofile()
        sys.setprofile(note)
        try:
            refused = load(text).broken
        finally:
            sys.setprofile(before)
        assert refused
        return seen

    load(many(1))  # what is looked up once is there
    assert calls(2_000) < 3 * calls(1_000)


def test_what_is_chosen_is_kept_and_the_rest_gives_way() -> None:
    text = many(8, "60s") + "".join(f"  - {{slug: t{index}, provider: slack}}\n" for index in range(16))
    declared = {one.slug: check(one, "reachability").interval_ms for one in load(text).declared}

    assert (declared["s0"], declared["t0"]) == (60_000, 120_000)


def test_more_than_four_at_once_per_origin_are_not_planned() -> None:
    # 10 s at worst each, four at once: 25 checks need more than a minute
    entries = "".join(
        f"  - {{slug: s{index}, provider: http, vendor: One, settings: {{url: 'https://one.example.com/{index}'}},"
        " checks: {reachability: {interval: 60s}}}\n"
        for index in range(25)
    )
    loaded = load("version: 1\nintegrations:\n" + entries)

    assert ["1m3s for each of its 25 checks fits" in problem.message for problem in loaded.errors] == [True]


def test_every_declared_check_has_a_probe() -> None:
    integration = declare(
        "{slug: s, provider: stripe, secrets: {secret_key: env:K, other: env:O}, checks: {orders: {kind: http, url: '{base_url}/v1/x',"
        " auth: {kind: bearer, token: '{other}'}}, page: {kind: statuspage, url: 'https://status.example.com'}}}"
    )

    assert all(callable(probe_for(integration, one)) for one in integration.checks)


def test_a_window_covers_what_it_names_and_what_it_tags() -> None:
    loaded = load(
        "version: 1\nintegrations:\n"
        "  - {slug: a, provider: stripe, tags: [shop]}\n  - {slug: b, provider: paypal}\n  - {slug: c, provider: slack}\n"
        "maintenance:\n"
        "  - {weekly: {day: sunday, start: '02:00', end: '04:00'}, tags: [shop], integrations: [c]}\n"
        "  - {weekly: {day: sunday, start: '02:00', end: '04:00'}}\n"
    )

    assert loaded.config is not None
    assert [covered(window, loaded.config.integrations) for window in loaded.config.maintenance] == [frozenset({"a", "c"}), None]


def test_windows_take_the_form_that_is_expanded() -> None:
    loaded = load(
        "version: 1\nmaintenance:\n"
        "  - {once: {start: 2026-12-01T01:00, end: 2026-12-01T02:00}, zone: Europe/Berlin}\n"
        "  - {weekly: {day: sunday, start: '22:00', end: '02:00'}}\n"
    )

    assert loaded.config is not None
    assert [rule_of(window) for window in loaded.config.maintenance] == [
        Once(datetime(2026, 12, 1, 1), datetime(2026, 12, 1, 2), "Europe/Berlin"),  # noqa: DTZ001  (wall times)
        Weekly(Weekday.SUNDAY, time(22), time(2)),
    ]


def test_no_kind_takes_a_key_of_the_schedule_for_itself() -> None:
    own = {name: set(kind.params.model_fields) & set(Check.model_fields) for name, kind in kinds().items()}
    providers_own = {
        spec.slug: set(spec.params.model_fields) & set(Check.model_fields) for one in providers().values() for spec in one.probes
    }

    assert {name: keys for name, keys in {**own, **providers_own}.items() if keys} == {}


def test_a_provider_whose_file_is_broken_says_so() -> None:
    broken = {"stripe.py": "stripe.py cannot be used: NameError: name 'Rule' is not defined"}
    assert no_such_provider("stripe", ["paypal"], broken).message == broken["stripe.py"]
    assert no_such_provider("paypall", ["paypal"], broken).nearest == "paypal"
