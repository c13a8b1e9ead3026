"""Everything that can be known to be wrong with an integration is told at once, whatever else is wrong with it."""

from __future__ import annotations

import pytest

from config.loading import load

ONCE = "once: {start: 2026-12-01, end: 2026-12-02}"
OWN = "integrations: [{slug: own, provider: http, private_targets: true, checks: {x: {kind: tcp, host: x.example, port: 80}}}]"


def told(text: str) -> list[str]:
    return [str(problem).removeprefix("integrations.yaml, ") for problem in load(text).errors]


A_WRONG_PROVIDER = (
    """\
version: 1
integrations:
  - slug: cards
    provider: strpe
    criticality: hihg
    objective: {availability: 120}
""",
    [
        "line 4, integrations[0].provider: there is no such provider; did you mean stripe?",
        "line 5, integrations[0].criticality: must be high or medium or low; did you mean high?",
        "line 6, integrations[0].objective.availability: a share is a number above 0 and at most 100, in per cent",
    ],
)
A_KNOWN_PROVIDER = (
    """\
version: 1
integrations:
  - slug: Cards
    provider: stripe
    ownr: payments
    secrets: {secret_kye: env:KEY, webhook: plain}
    settings: {base_url: example.com, bse_url: 'https://example.com', livemod: []}
    checks:
      api: {interval: 60, fail_afer: 3}
      orders: {kind: htp, url: 'https://example.com/{orders}'}
""",
    [
        "line 3, integrations[0].slug: must be lower-case letters, digits, - and _, beginning with a letter or digit",
        "line 5, integrations[0].ownr: there is no such key; did you mean owner?",
        "line 6, integrations[0].secrets.secret_kye: there is no such secret of Stripe; did you mean secret_key?",
        "line 6, integrations[0].secrets.webhook: a secret is named here, never written: use env:NAME or file:PATH",
        "line 6, integrations[0].secrets.webhook: there is no such secret of Stripe (there are orders, secret_key)",
        "line 7, integrations[0].settings.base_url: must be an http or https address",
        "line 7, integrations[0].settings.bse_url: there is no such setting of Stripe; did you mean base_url?",
        "line 7, integrations[0].settings.livemod: a setting is one word, one number, true or false",
        "line 7, integrations[0].settings.livemod: there is no such setting of Stripe; did you mean livemode?",
        "line 9, integrations[0].checks.api: this check needs the secret secret_key",
        "line 9, integrations[0].checks.api.fail_afer: there is no such key; did you mean fail_after?",
        "line 9, integrations[0].checks.api.interval: a duration is a number and a unit, such as 30s, 5m or 1h30m",
        "line 10, integrations[0].checks.orders: {orders} is neither a secret nor a setting of this integration",
        "line 10, integrations[0].checks.orders.kind: there is no such kind of check; did you mean http?",
    ],
)
A_PROVIDER_THAT_MAY_BE_MEANT = (
    """\
version: 1
integrations:
  - slug: cards
    provider: strpe
    secrets: {secret_kye: env:KEY}
    checks:
      api: {timeout: 50s}
      orders: {kind: http, url: 'https://example.com', metod: GET}
""",
    [
        "line 4, integrations[0].provider: there is no such provider; did you mean stripe?",
        "line 5, integrations[0].secrets.secret_kye: there is no such secret of Stripe, if stripe is meant; did you mean secret_key?",
        "line 7, integrations[0].checks.api: this check needs the secret secret_key, if stripe is meant",
        "line 8, integrations[0].checks.orders.metod: there is no such key; did you mean method?",
    ],
)


@pytest.mark.parametrize(
    ("text", "lines"), [A_WRONG_PROVIDER, A_KNOWN_PROVIDER, A_PROVIDER_THAT_MAY_BE_MEANT], ids=["wrong", "known", "perhaps meant"]
)
def test_what_a_provider_refuses_is_told_beside_wrong_values_and_misspelt_keys(text: str, lines: list[str]) -> None:
    assert told(text) == lines


def test_several_things_in_several_integrations_are_told_at_once() -> None:
    text = """\
version: 1
channels: {ops: {kind: slack, token: env:TOKEN, channel: "#ops"}}
alerting: {channel: ops}
integrations:
  - {slug: a, provider: strpe, criticality: hihg, channels: [obs]}
  - {slug: b, provider: http, chanels: [osp], checks: {x: {kind: tcp, host: h.example, prot: 1, timeout: 30s}}}
  - {slug: a, provider: paypall, tags: [X], renamed_from: b}
  - {provider: stripe, settings: {livemod: true}}
"""
    assert [(line.partition(":")[0], line.rpartition("; ")[2]) for line in told(text)] == [
        ("line 5, integrations[0].channels[0]", "did you mean ops?"),
        ("line 5, integrations[0].criticality", "did you mean high?"),
        ("line 5, integrations[0].provider", "did you mean stripe?"),
        ("line 6, integrations[1].chanels", "did you mean channels?"),
        ("line 6, integrations[1].chanels[0]", "did you mean ops?"),
        ("line 6, integrations[1].checks.x.port", told(text)[5].rpartition("; ")[2]),
        ("line 6, integrations[1].checks.x.prot", "did you mean port?"),
        ("line 6, integrations[1].checks.x.timeout", told(text)[7].rpartition("; ")[2]),
        ("line 7, integrations[2].provider", "did you mean paypal?"),
        ("line 7, integrations[2].renamed_from", told(text)[9].rpartition("; ")[2]),
        ("line 7, integrations[2].slug", told(text)[10].rpartition("; ")[2]),
        ("line 7, integrations[2].tags[0]", told(text)[11].rpartition("; ")[2]),
        ("line 8, integrations[3].settings.livemod", "did you mean livemode?"),
        ("line 8, integrations[3].slug", told(text)[13].rpartition("; ")[2]),
    ]


def test_what_is_wrong_with_the_whole_file_hides_nothing_of_its_other_parts() -> None:
    text = """\
version: 1
defalts: {interval: 5m}
channels:
  ops: {kind: slak, token: env:TOKEN}
  sms: {kind: slack, token: plain, channel: "#ops"}
alerting: {channel: obs, reminder: 5}
maintenance:
  - {once: {start: "2026-12-01T03:00", end: "2026-12-01T01:00"}, integrations: [strpe]}
  - {weekly: {day: sundy, start: "02:00", end: "04:00"}, tags: [eu]}
silences:
  - {zone: Mars}
  - 5
integrations:
  - {slug: stripe, provider: strpe}
  - {slug: stripe, provider: stripe, tags: [eux], channels: [opps]}
"""
    assert [(line.partition(": ")[0], line.partition(": ")[2][:34]) for line in told(text)] == [
        ("line 2, defalts", "there is no such key; did you mean"),
        ("line 4, channels.ops.kind", "there is no such kind of channel; "),
        ("line 5, channels.sms.token", "a secret is named here, never writ"),
        ("line 6, alerting.channel", "there is no such channel; did you "),
        ("line 6, alerting.reminder", "a duration is a number and a unit,"),
        ("line 8, maintenance[0].integrations[0]", "there is no such integration; did "),
        ("line 8, maintenance[0].once.end", "the end is not after the start"),
        ("line 9, maintenance[1].tags[0]", "there is no such tag; did you mean"),
        ("line 9, maintenance[1].weekly.day", "must be monday or tuesday or wedne"),
        ("line 11, silences[0]", "a window is either once or weekly"),
        ("line 11, silences[0].zone", "there is no such time zone; they a"),
        ("line 12, silences[1]", "must be a mapping of keys to value"),
        ("line 14, integrations[0].provider", "there is no such provider; did you"),
        ("line 15, integrations[1].channels[0]", "there is no such channel; did you "),
        ("line 15, integrations[1].slug", "integrations[0] has the same slug"),
    ]


@pytest.mark.parametrize(
    "entries",
    ["5", "{slug: stripe}", "[" + ", ".join(f"{{slug: x{number}}}" for number in range(2_001)) + "]"],
    ids=["five", "mapping", "many"],
)
def test_integrations_that_are_no_list_or_too_many_hide_nothing_else(entries: str) -> None:
    text = f"version: 1\nalerting: {{channel: obs, reminder: 5}}\nintegrations: {entries}\n"

    assert [line.partition(": ")[0] for line in told(text)] == [
        "line 2, alerting.channel",
        "line 2, alerting.reminder",
        "line 3, integrations",
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"integrtions: [{{slug: stripe, provider: stripe}}]\nsilences: [{{{ONCE}, integrations: [stripe]}}]", "integrtions"),
        (f"integrations: {{stripe: {{}}}}\nsilences: [{{{ONCE}, tags: [eu]}}]", "integrations"),
        ("chanels: {ops: {kind: slack, token: env:T, channel: ops}}\nalerting: {channel: ops}", "chanels"),
        ("channels: [ops]\nalerting: {channel: ops}", "channels"),
        ("silences: [{onec: {start: 2026-12-01, end: 2026-12-02}}]", "silences[0].onec"),
        ("silences: [{once: {start: soon, end: 2026-12-02}}]", "silences[0].once.start"),
        (f"defaults: {{interval: 5s, timeout: 2}}\n{OWN}", "defaults.timeout"),
        (f"defaults: {{interval: 8s, timeout: 1s}}\nalerting: {{reminder: 5}}\n{OWN}", "alerting.reminder"),
    ],
)  # fmt: skip
def test_nothing_is_told_of_a_section_that_follows_from_what_was_told_of_another(text: str, key: str) -> None:
    assert [problem.key for problem in load(f"version: 1\n{text}\n").errors] == [key]


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ("secrets: {secret_key: sk_live_0123456789abcdefghij}, checks: {api: {interval: 5m}}", "secrets.secret_key"),
        ("secrets: [env:KEY], checks: {api: {interval: 5m}}", "secrets"),
        ("secrts: {secret_key: env:KEY}, checks: {api: {interval: 5m}}", "secrts"),
        ("secrets: {secret_key: env:KEY}, checks: {api: {retry: 2, timeout: 50s}}", "checks.api.retry"),
        ("secrets: {secret_key: env:KEY}, checks: {api: {timeout: 90s}}", "checks.api.timeout"),
        ("checks: {api: {enabled: no}}", "checks.api.enabled"),
        ("private_target: true, checks: {own: {kind: tcp, host: x.example, port: 80, interval: 2s, timeout: 1s}}", "private_target"),
        ("settings: {base_url: []}", "settings.base_url"),
        ("secrets: {token: env:T}, checks: {own: {kind: 5, url: 'https://example.com/{token}'}}", "checks.own.kind"),
        ("secrets: {token: env:T}, checks: {Own: {kind: http, url: 'https://example.com/{token}'}}", "checks.Own"),
        ("secrets: {token: env:T}, checks: [{kind: http, url: 'https://example.com/{token}'}]", "checks"),
        ("settings: [], checks: {own: {kind: http, url: 'https://example.com/{region}'}}", "settings"),
        ("vendor: [x]", "vendor"),
    ],
)  # fmt: skip
def test_nothing_is_told_that_follows_from_what_was_told(entry: str, key: str) -> None:
    loaded = load(f"version: 1\nintegrations:\n  - {{slug: cards, provider: stripe, {entry}}}\n")

    assert [problem.key for problem in loaded.errors] == [f"integrations[0].{key}"]


def test_too_many_calls_are_told_beside_what_else_is_wrong_and_spoil_nobody_else() -> None:
    checks = (
        "{" + ", ".join(f"c{n}: {{kind: http, url: 'https://api.stripe.com/{n}', interval: 10s, timeout: 1s}}" for n in range(20)) + "}"
    )
    text = f"""\
version: 1
integrations:
  - {{slug: good, provider: stripe}}
  - {{slug: eager, provider: stripe, criticality: hihg, checks: {checks}}}
"""
    loaded = load(text)

    assert [one.slug for one in loaded.declared] == ["good"]
    assert loaded.errors[0].key == "integrations[1].checks.c8.interval"
    assert "asked more often" in loaded.errors[0].message
    assert loaded.errors[-1].key == "integrations[1].criticality"
