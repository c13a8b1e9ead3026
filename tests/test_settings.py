"""What the operator sets is checked once, and a secret is never printed."""

from __future__ import annotations

import pytest

from core.exits import Exit, Refusal
from settings import Settings, is_loopback, load


def test_it_listens_on_loopback_unless_told() -> None:
    settings = Settings()
    assert settings.host == "127.0.0.1"
    settings.check_address(settings.host)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_another_address_without_a_token_is_refused(address: str) -> None:
    with pytest.raises(Refusal) as refused:
        Settings(host=address).check_address(address)
    assert refused.value.code is Exit.TOKEN_NEEDED


def test_a_short_token_is_refused_even_on_loopback() -> None:
    with pytest.raises(Refusal, match="32 characters") as refused:
        load({"ACCESS_TOKEN": "short"})
    assert "short" not in refused.value.sentence


def test_a_long_token_opens_another_address() -> None:
    load({"HOST": "0.0.0.0", "ACCESS_TOKEN": "x" * 32}).check_address("0.0.0.0")


def test_a_wrong_value_names_the_variable_and_not_the_value() -> None:
    with pytest.raises(Refusal, match="PORT") as refused:
        load({"PORT": "s3cr3t-not-a-port"})
    assert "s3cr3t" not in refused.value.sentence
    assert refused.value.code is Exit.CONFIGURATION


def test_lists_are_split_by_comma() -> None:
    assert load({"ALLOWED_HOSTS": "status.example.com, health.example.com"}).allowed_hosts == ("status.example.com", "health.example.com")


def test_secrets_print_as_stars() -> None:
    assert "hunter" not in repr(load({"DATABASE_URL": "postgresql://me:hunter2@db/x", "ACCESS_TOKEN": "hunter" * 8}))


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("[::1]", True), ("localhost", True), ("10.0.0.1", False), ("nas", False)])
def test_loopback_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
