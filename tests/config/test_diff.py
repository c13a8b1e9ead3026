"""What is said to have changed."""

from config.diff import Change, Kind, compare
from config.loading import load
from config.models import Config


def config(text: str) -> Config:
    loaded = load("version: 1\n" + text)
    assert loaded.config is not None, loaded.errors
    return loaded.config


STRIPE = "integrations:\n  - {slug: stripe, provider: stripe, tags: [a, b], checks: {reachability: {interval: 60s}}}\n"


def test_the_same_configuration_differs_in_nothing() -> None:
    assert compare(config(STRIPE), config(STRIPE)) == []


def test_an_interval_is_told_as_it_was_written() -> None:
    changes = compare(config(STRIPE), config(STRIPE.replace("60s", "5m")))

    assert [str(change) for change in changes] == ["~ integrations.stripe.checks.reachability.interval: 1m -> 5m"]


def test_a_new_and_a_removed_integration_are_one_line_each() -> None:
    changes = compare(config(STRIPE), config("integrations: [{slug: paypal, provider: paypal}]\n"))

    assert [str(change) for change in changes] == ["- integrations.stripe", "+ integrations.paypal"]


def test_the_order_of_integrations_is_no_change() -> None:
    one = "integrations: [{slug: a, provider: paypal}, {slug: b, provider: paypal}]\n"
    other = "integrations: [{slug: b, provider: paypal}, {slug: a, provider: paypal}]\n"

    assert compare(config(one), config(other)) == []


def test_a_rename_keeps_its_history_and_is_told_as_one() -> None:
    new = (
        "integrations:\n  - {slug: cards, renamed_from: stripe, provider: stripe, tags: [a, b], checks: {reachability: {interval: 60s}}}\n"
    )
    changes = compare(config(STRIPE), config(new))

    assert changes[0] == Change(Kind.RENAMED, "integrations.cards", "stripe", "cards")
    assert [str(change) for change in changes[1:]] == ["+ integrations.cards.renamed_from: stripe"]


def test_windows_and_channels_are_told_by_name() -> None:
    new = STRIPE + (
        'channels: {ops: {kind: slack, token: env:T, channel: "#ops"}}\n'
        "maintenance: [{name: Move, once: {start: 2026-12-01T01:00, end: 2026-12-01T02:00}}]\n"
    )

    assert [str(change) for change in compare(config(STRIPE), config(new))] == ["+ maintenance.Move", "+ channels.ops"]


def test_the_first_configuration_is_all_new() -> None:
    assert [str(change) for change in compare(None, config(STRIPE))] == ["+ version: 1", "+ integrations.stripe"]


def test_changes_are_json_ready() -> None:
    change = compare(config(STRIPE), config(STRIPE.replace("60s", "5m")))[0]

    assert change.as_json() == {
        "kind": "changed",
        "path": "integrations.stripe.checks.reachability.interval",
        "before": "1m",
        "after": "5m",
    }
