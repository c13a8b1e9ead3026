"""What the operator sets is checked once, and a secret is never printed."""

from __future__ import annotations

import pytest

from core.exits import Exit, Refusal
from settings import Settings, is_loopback, load_settings


def test_it_listens_on_loopback_unless_told() -> None:
    settings = Settings()
    assert settings.host == "127.0.0.1"
    settings.require_safe_address()


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_another_address_without_a_token_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        Settings(host=address).require_safe_address()
    assert refused.value.code is Exit.TOKEN_NEEDED


def test_a_short_token_is_refused_even_on_loopback() -> None:
    with pytest.raises(Refusal, match="shorter than 32"):
        Settings(access_token="short").require_safe_address()


def test_a_long_token_opens_another_address() -> None:
    Settings(host="0.0.0.0", access_token="x" * 32).require_safe_address()


def test_a_wrong_value_names_the_variable_and_not_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "s3cr3t-not-a-port")
    with pytest.raises(Refusal, match="PORT") as refused:
        load_settings()
    assert "s3cr3t" not in refused.value.sentence
    assert refused.value.code is Exit.CONFIGURATION


def test_lists_are_split_by_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "status.example.com, health.example.com")
    assert {"status.example.com", "health.example.com", "localhost"} <= Settings().hosts


def test_secrets_print_as_stars() -> None:
    assert "hunter" not in repr(Settings(database_url="postgresql://me:hunter2@db/x", access_token="hunter" * 8))


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("10.0.0.1", False), ("nas", False)])
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
