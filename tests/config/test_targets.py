"""An address inside this network that stands in the file needs the opt-in there; some are never asked. Names are not looked up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.loading import load

ROOT = Path(__file__).resolve().parents[2]
OPT_IN = "private_targets would allow it: write private_targets: true at this integration, if it is one of yours"
NEVER = "is not a public address, and stays shut with private_targets, too"


def told(entry: str) -> list[tuple[int, str, str]]:
    loaded = load(f"version: 1\nintegrations:\n  - {{slug: healthy, provider: paypal}}\n  - slug: s\n    {entry}\n")
    assert loaded.declared[0].slug == "healthy"
    return [(problem.line, problem.key.removeprefix("integrations[1]."), problem.message) for problem in loaded.errors]


OAUTH = "{kind: oauth2_client_credentials, token_url: 'https://10.0.0.7/token', client_id: a, client_secret: '{x}'}"
PLACES = [
    ("provider: stripe\n    settings: {base_url: 'http://10.0.0.7/v1'}", "settings.base_url"),
    ("provider: stripe\n    settings: {status_url: 'http://10.0.0.7'}", "settings.status_url"),
    ("provider: auth0\n    settings: {tenant_domain: 10.0.0.7}", "settings.tenant_domain"),
    ("provider: http\n    settings: {url: 'http://10.0.0.7'}", "settings.url"),
    ("provider: http\n    checks: {own: {kind: http, url: 'http://me:{x}@10.0.0.7/{x}'}}\n    secrets: {x: env:X}", "checks.own.url"),
    (f"provider: http\n    secrets: {{x: env:X}}\n    checks: {{own: {{kind: http, url: 'https://a.example', auth: {OAUTH}}}}}",
     "checks.own.auth.token_url"),
    ("provider: http\n    checks: {own: {kind: tcp, host: 10.0.0.7, port: 443}}", "checks.own.host"),
    ("provider: http\n    checks: {own: {kind: tls, host: 10.0.0.7}}", "checks.own.host"),
    ("provider: http\n    checks: {own: {kind: statuspage, url: 'https://10.0.0.7'}}", "checks.own.url"),
    ("provider: http\n    checks: {own: {kind: dns, name: a.example, resolvers: [192.0.2.1, '10.0.0.7:5353']}}", "checks.own.resolvers[1]"),
    ("provider: http\n    checks: {own: {kind: tcp, host: '{db}', port: 5432}}\n    settings: {db: 10.0.0.7}", "settings.db"),
    ("provider: http\n    checks: {own: {kind: http, url: 'https://{a}.0.0.7/x'}}\n    settings: {a: '10'}", "settings.a"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "key"), PLACES, ids=[key for _, key in PLACES])
def test_an_address_inside_this_network_is_told_where_it_stands(entry: str, key: str) -> None:
    found = [(place, message) for _, place, message in told(entry) if "192.0.2.1" not in message]

    assert found == [(key, f"10.0.0.7 is not a public address; {OPT_IN}")]
    opened = f"private_targets: true\n    {entry}"
    assert [message for *_, message in told(opened) if "192.0.2.1" not in message] == []


def test_it_is_told_with_its_line() -> None:
    assert told("provider: stripe\n    settings:\n      base_url: 'http://[::1]:8080'") == [
        (7, "settings.base_url", f"::1 is not a public address; {OPT_IN}")
    ]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "192.168.1.1", "172.31.0.1", "100.64.0.1", "[::1]", "[fd12::1]", "[::ffff:10.0.0.7]", "10.0.0.7."]
)
def test_the_guard_s_own_list_says_which(host: str) -> None:
    ((_, _, message),) = told(f"provider: stripe\n    settings: {{base_url: 'http://{host}'}}")
    assert message.endswith(OPT_IN)


@pytest.mark.parametrize("private", ["false", "true"])
@pytest.mark.parametrize(
    "host", ["169.254.169.254", "169.254.1.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "[fd00:ec2::254]", "[fe80::1]",
             "[::ffff:169.254.169.254]"]
)  # fmt: skip
def test_a_metadata_or_link_local_address_is_never_asked_and_told_so(host: str, private: str) -> None:
    ((_, _, message),) = told(f"provider: stripe\n    private_targets: {private}\n    settings: {{base_url: 'http://{host}'}}")
    assert message.endswith(NEVER)


@pytest.mark.parametrize(
    ("host", "plain"), [("2130706433", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("127.1", "127.0.0.1")]
)
def test_a_disguised_address_is_told_in_plain_with_what_it_needs_then(host: str, plain: str) -> None:
    entry = f"provider: http\n    checks: {{own: {{kind: tcp, host: '{host}', port: 443}}}}"
    disguised = f"this is {plain} in a disguised spelling, which is never asked: write {plain}"

    assert told(entry) == [(5 + 1, "checks.own.host", f"{disguised}; {plain} is not a public address; {OPT_IN}")]
    assert told(f"private_targets: true\n    {entry}") == [(7, "checks.own.host", disguised)]


def test_a_disguised_metadata_address_is_told_as_one() -> None:
    ((_, _, message),) = told("provider: stripe\n    settings: {base_url: 'http://2852039166/'}")
    assert message.endswith(f"write 169.254.169.254; 169.254.169.254 {NEVER}")


def test_what_only_looks_like_one_is_told_without_its_plain_form() -> None:
    ((_, _, message),) = told("provider: http\n    checks: {own: {kind: tcp, host: 1.2.3.4.5, port: 443}}")
    assert message == "this is an address in a disguised spelling, which is never asked"


def test_public_addresses_and_names_are_fine() -> None:
    assert told("provider: stripe\n    settings: {base_url: 'https://8.8.8.8'}") == []
    assert (
        told("provider: http\n    settings: {url: 'https://localhost'}\n    checks: {own: {kind: tcp, host: 'intranet', port: 443}}") == []
    )
    assert told("provider: http\n    settings: {docs: 'http://10.0.0.7/wiki', url: 'https://example.com'}") == []


@pytest.mark.parametrize(
    ("entry", "key", "port"),
    [
        ("provider: http\n    settings: {url: 'https://a.example:9999/x'}", "settings.url", 9999),
        ("provider: http\n    checks: {own: {kind: http, url: 'http://a.example:22'}}", "checks.own.url", 22),
        ("provider: http\n    checks: {own: {kind: tcp, host: a.example, port: 12345}}", "checks.own.port", 12345),
    ],
)
def test_a_port_that_is_not_asked_is_told(entry: str, key: str, port: int) -> None:
    assert told(entry)[0][1:] == (key, f"port {port} is not one that may be asked; {OPT_IN}")
    assert told(f"private_targets: true\n    {entry}") == []


def test_a_check_that_is_off_asks_nobody() -> None:
    assert told("provider: http\n    checks: {old: {kind: tcp, host: 10.0.0.7, port: 9999, enabled: false}}") == []


@pytest.mark.parametrize("port", [443, 5432])
def test_a_service_s_own_port_is_fine(port: int) -> None:
    assert told(f"provider: http\n    checks: {{own: {{kind: tcp, host: a.example, port: {port}}}}}") == []


def test_it_is_told_beside_a_wrong_provider_and_wrong_values() -> None:
    found = told("provider: strpe\n    criticality: hihg\n    checks: {own: {kind: tcp, host: 10.0.0.7, port: 443}}")
    assert [key for _, key, _ in found] == ["provider", "criticality", "checks.own.host"]


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("url: 'https://10.0.0.7/x'", [f"10.0.0.7 is not a public address; {OPT_IN}".replace("integration", "channel")]),
        ("url: 'https://10.0.0.7/x', private_targets: true", []),
        ("url: 'https://169.254.169.254/x', private_targets: true", [f"169.254.169.254 {NEVER}"]),
        ("url: 'https://10.0.0.7/x', sevret: y", ["there is no such key", "10.0.0.7 is not a public address"]),
        (
            "url: 'https://127.1/x', private_targets: true",
            ["this is 127.0.0.1 in a disguised spelling, which is never asked: write 127.0.0.1"],
        ),
        ("url: 'env:HOOK'", []),
    ],
)
def test_a_channel_s_address_is_told_too(own: str, found: list[str]) -> None:
    loaded = load(f"version: 1\nchannels:\n  ops: {{kind: webhook, secret: 'env:X', {own}}}\nalerting: {{channel: ops}}\n")
    assert len(loaded.errors) == len(found)
    for problem, words in zip(loaded.errors, found, strict=True):
        assert problem.message.startswith(words)
        assert (problem.line, problem.key in ("channels.ops.url", "channels.ops.sevret")) == (3, True)


def test_names_are_not_looked_up(tmp_path: Path) -> None:
    """Every call of the resolver ends the process."""
    (tmp_path / "integrations.yaml").write_text(
        "version: 1\nintegrations:\n  - {slug: s, provider: http, settings: {url: 'https://rebound.example'},"
        " checks: {own: {kind: tcp, host: db.example, port: 443}}}\n"
    )
    script = (
        "import os, socket, sys\n"
        "sys.addaudithook(lambda event, _: os._exit(99) if event.startswith('socket.get') and event != 'socket.gethostname' else None)\n"
        "from pathlib import Path\nfrom config.loading import load\n"
        "print(len(load(Path(sys.argv[1]), {}).declared))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "integrations.yaml")], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
