"""What is declared keeps its ids; what goes is archived with its history."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.plan import Objective
from storage import catalogue, lease, wall
from storage.engine import Database
from storage.faults import Fenced
from storage.sync import sync
from tests.storage import samples
from tests.storage.samples import NOON

API = DeclaredCheck("api", "API", "http", True, params={"url": "https://api.stripe.com"})
PING = DeclaredCheck("ping", "Nightly export", "heartbeat", True)


def test_everything_that_is_declared_comes_back(db: Database) -> None:
    told = replace(
        samples.declared("stripe", API, PING),
        objective=Objective(Decimal("99.95"), 800, Decimal(95)),
        promise=Promise("99.99", "https://stripe.com/sla", "2026-01-05"),
        secrets={"secret_key": "env:STRIPE_KEY"},
        tags=("eu",),
    )
    made = sync(db, [told], NOON)
    assert made.integrations == {1: told}
    plan = made.plan.integrations[1]
    assert (plan.objective, plan.tags, plan.keys) == (told.objective, ("eu",), ("env:STRIPE_KEY",))
    assert [check.configured_at_ms for check in plan.checks] == [NOON, NOON]
    with db.read() as conn:
        row = catalogue.integration(conn, "stripe")
        assert row is not None
        assert row.promise == told.promise
        assert catalogue.check_named(conn, "stripe/ping") == row.checks[1]
        assert catalogue.load_catalogue(conn) == made


def test_the_same_declaration_again_changes_nothing(db: Database) -> None:
    first = samples.watched(db, "stripe", "paypal", at_ms=NOON)
    with db.read() as conn:
        before = wall.versions(conn)
    assert samples.watched(db, "stripe", "paypal", at_ms=NOON + 1) == first
    with db.read() as conn:
        assert wall.versions(conn) == before


def test_only_what_changes_the_question_starts_a_check_anew(db: Database) -> None:
    sync(db, [samples.declared("stripe", API)], NOON)
    slower = sync(db, [samples.declared("stripe", replace(API, interval_ms=300_000))], NOON + 1)
    assert slower.plan.checks[1].configured_at_ms == NOON
    asked_elsewhere = sync(db, [samples.declared("stripe", replace(API, params={"url": "https://other"}))], NOON + 2)
    assert asked_elsewhere.plan.checks[1].configured_at_ms == NOON + 2


def test_whoever_no_longer_leads_declares_nothing(db: Database) -> None:
    before = samples.watched(db, "stripe", "paypal")
    old, newer = lease.take(db, None, NOON), lease.take(db, None, NOON)
    with pytest.raises(Fenced):
        sync(db, [samples.declared("sentry", API)], NOON, epoch=old)
    with db.read() as conn:
        assert catalogue.load_catalogue(conn) == before
    assert sync(db, [], NOON, epoch=newer).integrations == {}


def test_what_is_removed_is_archived_and_comes_back_with_its_ids(db: Database) -> None:
    samples.watched(db, "stripe", "paypal")
    assert set(samples.watched(db, "stripe", at_ms=NOON).plan.integrations) == {1}
    with db.read() as conn:
        gone = catalogue.integration(conn, "paypal")
        assert gone is not None
        assert (gone.archived_ms, [check.archived_ms for check in gone.checks]) == (NOON, [NOON, NOON])
        assert [row.plan.slug for row in catalogue.integrations(conn)] == ["stripe"]
        assert [row.plan.slug for row in catalogue.integrations(conn, archived=True)] == ["paypal", "stripe"]
        assert catalogue.check_named(conn, "paypal/api") is None
        assert [summary.plan.slug for summary in wall.summaries(conn)] == ["stripe"]
    back = samples.watched(db, "stripe", "paypal").plan.integrations
    assert {plan.slug: plan.id for plan in back.values()} == {"stripe": 1, "paypal": 2}


def test_a_renamed_integration_and_check_keep_their_ids(db: Database) -> None:
    sync(db, [samples.declared("stripe", API)], NOON)
    renamed = replace(samples.declared("payments", replace(API, slug="charges", renamed_from="api")), renamed_from="stripe")
    plan = sync(db, [renamed], NOON + 1).plan
    assert (plan.integrations[1].slug, plan.checks[1].slug, plan.checks[1].configured_at_ms) == ("payments", "charges", NOON)


def test_a_heartbeat_has_an_address_that_nobody_can_guess(db: Database) -> None:
    made = sync(db, [samples.declared("stripe", API, PING), samples.declared("paypal", PING)], NOON)
    assert len(set(made.addresses.values())) == 2
    assert all(len(address) >= 32 for address in made.addresses.values())
    assert sync(db, [samples.declared("stripe", API, PING), samples.declared("paypal", PING)], NOON + 1).addresses == made.addresses


def test_the_place_we_ask_from_is_location_1(db: Database) -> None:
    far = DeclaredIntegration("x", "X", "x", "X", "c", checks=(replace(API, locations=("eu-west", "local")),))
    assert sync(db, [far], NOON).locations == {"local": 1, "eu-west": 2}
