"""What the operator sets is checked once, and a secret is never printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.exits import Exit, Refusal
from settings import is_loopback, load

TOKEN = "t0ken-" + "x" * 32


def test_an_empty_environment_listens_on_loopback() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.worker) == ("127.0.0.1", 8501, True)
    settings.check_address(settings.host)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_another_address_without_a_token_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        load({}).check_address(address)
    assert refused.value.code is Exit.TOKEN_NEEDED


def test_a_short_token_is_refused_even_on_loopback() -> None:
    with pytest.raises(Refusal, match="ACCESS_TOKEN: must have 32 characters") as refused:
        load({"ACCESS_TOKEN": "hunter2"})
    assert "hunter2" not in refused.value.sentence


def test_a_long_token_opens_another_address() -> None:
    load({"ACCESS_TOKEN": TOKEN}).check_address("0.0.0.0")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "s3cr3t", "PORT"),
        ("PORT", "99999", "PORT"),
        ("TIMEZONE", "../../etc/passwd", "a zone such as Europe/Berlin"),
        ("BASE_URL", "ftp://s3cr3t", "http:// or https://"),
        ("SLACK_BASE_URL", "slack.com", "http:// or https://"),
        ("DATABASE_URL", "mysql://u:s3cr3t@db", "postgresql:// or sqlite:///"),
        ("CANARIES", "https://one.example/", "CANARIES"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("WORKER", "perhaps", "WORKER"),
    ],
)
def test_a_wrong_value_names_its_variable_and_never_the_value(name: str, value: str, says: str) -> None:
    with pytest.raises(Refusal, match=says) as refused:
        load({name: value})
    assert "s3cr3t" not in refused.value.sentence
    assert refused.value.code is Exit.CONFIGURATION


def test_lists_are_plain_words() -> None:
    assert load({"ALLOWED_HOSTS": "status.example.com, health.example.com:8443"}).allowed_hosts == (
        "status.example.com",
        "health.example.com:8443",
    )


def test_what_is_set_to_nothing_is_not_set() -> None:
    assert load({"BASE_URL": "", "ACCESS_TOKEN": " "}).access_token is None


def test_the_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIR", "/tmp/elsewhere")
    assert load().state_dir == Path("/tmp/elsewhere")
    assert load({}).state_dir == Path("state")


def test_secrets_print_as_stars() -> None:
    settings = load(
        {"DATABASE_URL": "postgresql://me:hunter2@db/x", "ACCESS_TOKEN": TOKEN, "SMTP_URL": "smtp://u:hunter2@m", "SENTRY_DSN": "hunter2"}
    )
    assert "hunter2" not in repr(settings)
    assert TOKEN not in str(settings)


@pytest.mark.parametrize(
    ("base", "host", "links"),
    [("https://h.example/", "127.0.0.1", "https://h.example"), ("", "0.0.0.0", "http://localhost:8501"), ("", "::1", "http://[::1]:8501")],
)
def test_links_in_messages_lead_to_where_people_reach_the_pages(base: str, host: str, links: str) -> None:
    assert load({"BASE_URL": base, "HOST": host}).link_base == links


@pytest.mark.parametrize(
    ("host", "loopback"), [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("10.0.0.1", False), ("nas", False)]
)
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
