"""What the runner is given of every check, and what survives when the configuration changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.afterwards import KEPT_SECRETS, secrets_of
from config.loading import load
from core.declared import DeclaredIntegration
from scheduler.work import PAST_SECRETS, Works, works
from storage.engine import Database
from storage.sync import sync

NOW_MS = 1_795_000_000_000
TEXT = """
version: 1
integrations:
  - slug: paypal
    provider: paypal
    secrets: {client_id: env:ID, client_secret: env:SECRET}
    settings: {base_url: "https://api-m.paypal.example"}
"""
ENV = {"ID": "an-id", "SECRET": "a-secret"}


def one(text: str = TEXT) -> DeclaredIntegration:
    loaded = load(text)
    assert loaded.errors == ()
    return loaded.declared[0]


def made(db: Database, declared: DeclaredIntegration, before: Works | None = None, env: dict[str, str] = ENV) -> Works:
    return works(sync(db, [declared], NOW_MS), env, before)


def tokens(made: Works) -> dict[str, object]:
    """What each check keeps between its runs, by name."""
    return {made.names[check]: job.keep for check, job in made.jobs.items()}


@pytest.fixture
def begun(db: Database) -> Works:
    """PayPal is asked, and had a token."""
    found = made(db, one())
    for job in found.jobs.values():
        job.keep["token"] = "of the first key"
    return found


def test_a_token_survives_a_change_that_is_none_of_its_business(db: Database, begun: Works) -> None:
    after = made(db, replace(one(), owner="payments"), begun)
    assert tokens(after) == tokens(begun)


@pytest.mark.parametrize(
    ("text", "env"),
    [(TEXT, {**ENV, "SECRET": "rolled"}), (TEXT.replace("paypal.example", "sandbox.paypal.example"), ENV)],
    ids=["another key", "another address"],
)
def test_a_token_is_dropped_with_what_it_was_had_for(db: Database, begun: Works, text: str, env: dict[str, str]) -> None:
    after = made(db, one(text), begun, env)
    assert not any("token" in job.keep for job in after.jobs.values())


def test_a_key_that_was_changed_is_still_taken_out_of_what_a_vendor_says(db: Database, begun: Works) -> None:
    """The newest of them: a key that changes every hour must not fill the memory."""
    for number in range(30):
        begun = made(db, one(), begun, {**ENV, "SECRET": f"rolled-{number}"})
    (api,) = (job for check, job in begun.jobs.items() if begun.names[check] == "paypal/api")

    assert set(secrets_of(api)) == {"an-id", *(f"rolled-{number}" for number in range(29 - PAST_SECRETS, 30))}


def test_a_token_of_the_key_before_is_taken_out_too(db: Database, begun: Works) -> None:
    for job in begun.jobs.values():
        job.keep[KEPT_SECRETS] = {"oauth2": "a-token"}
    after = made(db, one(), begun, {**ENV, "SECRET": "rolled"})

    assert all({"a-token", "a-secret", "rolled"} <= set(secrets_of(job)) for job in after.jobs.values())


def test_a_missing_secret_is_named_by_where_it_should_be(db: Database) -> None:
    found = made(db, one(), env={"ID": "an-id"})
    assert found.missing == {"paypal": {"client_secret": "the environment variable SECRET is not set"}}
    (api,) = (job for check, job in found.jobs.items() if found.names[check] == "paypal/api")
    assert api.missing_secrets == ("client_secret",)


def test_a_provider_that_is_gone_breaks_its_own_checks_alone(db: Database) -> None:
    gone = replace(one(), slug="old", provider="forgotten", catalogue="forgotten")
    found = works(sync(db, [gone, one()], NOW_MS), ENV)
    assert set(found.broken) == {f"old/{check.slug}" for check in gone.checks}
    assert set(found.broken.values()) == {"its provider's file is broken or gone"}
    assert {found.names[check] for check in found.jobs} == {f"paypal/{check.slug}" for check in gone.checks}
