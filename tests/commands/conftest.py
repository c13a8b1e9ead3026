"""A company's November of 2025 in a database of each kind: PayPal keeps its promise, Stripe was down for ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from core.calendar import Period, month
from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.health import Cause
from core.ledger import Ledger
from core.plan import Objective
from settings import Settings, load
from storage.catalogue import Catalogue
from storage.engine import Database
from storage.sync import sync
from storage.writer import Writer
from tests.storage.samples import HOUR, MINUTE, NOON, incident, result, span, verdict_row


@dataclass(frozen=True, slots=True)
class Company:
    db: Database
    epoch: int
    catalogue: Catalogue
    settings: Settings
    month: Period

    def check(self, name: str) -> int:
        slug, _, check = name.partition("/")
        plan = self.catalogue.plan
        return next(one.id for one in plan.checks.values() if (plan.integrations[one.integration].slug, one.slug) == (slug, check))


def declared(slug: str) -> DeclaredIntegration:
    """`blog` has no target."""
    checks = (DeclaredCheck("api", "API", "http", counts=True), DeclaredCheck("status_page", "Page", "statuspage", counts=False))
    if slug == "blog":
        return DeclaredIntegration(slug, slug.title(), slug, slug.title(), "publishing", checks=checks)
    objective, promise = Objective(Decimal("99.9"), 800, Decimal(95)), Promise("99.95", "https://vendor.example/sla", "2025-11-01")
    return DeclaredIntegration(slug, slug.title(), slug, slug.title(), "payments", objective=objective, promise=promise, checks=checks)


@pytest.fixture
def company(db: Database, epoch: int, url: str) -> Company:
    catalogue = sync(db, [declared(slug) for slug in ("blog", "paypal", "stripe")], NOON - HOUR)
    made = Company(db, epoch, catalogue, load({"DATABASE_URL": url}), month(2025, 11))
    stripe, paypal, page = made.check("stripe/api"), made.check("paypal/api"), made.check("stripe/status_page")
    down, up = NOON - 20 * MINUTE, NOON - 10 * MINUTE
    times = range(NOON - HOUR, NOON, MINUTE)
    results = [result(paypal, at) for at in times]
    results += [result(stripe, at, Cause.SERVER_ERROR if down <= at < up else None, 100_000 + at // MINUTE % 50 * 1_001) for at in times]
    results += [result(page, NOON - HOUR)]
    spans = [
        span(paypal, NOON - HOUR, None),
        span(stripe, NOON - HOUR, down),
        span(stripe, down, up, Cause.SERVER_ERROR),
        span(stripe, up, None),
    ]
    trouble = incident(1, catalogue.plan.checks[stripe].integration, stripe, down, up)
    Writer(db).commit(Ledger(results=results, spans=spans, verdicts=[verdict_row(stripe, down, up)], incidents=[trouble]), epoch=epoch)
    return made
