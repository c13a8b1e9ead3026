"""What the tests of the HTTP edge share: a database with a past, and the routes over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest
from starlette.applications import Starlette

from api.deps import Deps
from api.routes import routes
from core.declared import DeclaredCheck, DeclaredIntegration, Promise
from core.health import Cause
from core.ledger import Ledger
from core.plan import Objective
from storage.catalogue import Catalogue
from storage.engine import Database, open_database
from storage.folding import Folder
from storage.lease import take
from storage.processes import beat, register
from storage.sync import sync
from storage.writer import Writer
from tests.storage.samples import HOUR, MINUTE, NOON, outage, result, span

SLUGS = ("stripe", "paypal")


@dataclass
class Clock:
    at_ms: int = NOON

    def __call__(self) -> int:
        return self.at_ms


@dataclass
class State:
    db: Database
    catalogue: Catalogue
    clock: Clock
    worker: int

    @property
    def deps(self) -> Deps:
        return Deps(lambda: self.db, now_ms=self.clock)

    def check(self, name: str) -> int:
        integration, _, slug = name.partition("/")
        plans = self.catalogue.plan.integrations.values()
        return next(check.id for plan in plans if plan.slug == integration for check in plan.checks if check.slug == slug)

    def beat(self) -> None:
        beat(self.db, self.worker, self.clock(), leads=True, body={"lag_ms": 3, "queue": 128})

    @property
    def address(self) -> str:
        """Of Stripe's heartbeat."""
        with self.db.read() as conn:
            return str(conn.exec_driver_sql('SELECT address FROM "check" WHERE address IS NOT NULL').scalar_one())


def declared(slug: str) -> DeclaredIntegration:
    checks = [DeclaredCheck("api", "API", "http", counts=True)]
    if slug == "stripe":
        checks.append(DeclaredCheck("nightly", "Nightly export", "heartbeat", counts=False, grace_ms=300_000))
    objective, promise = Objective(Decimal("99.9"), 800, Decimal(95)), Promise("99.95", "https://vendor.example/sla", "2025-11-01")
    return DeclaredIntegration(
        slug, slug.title(), slug, slug.title(), "payments", objective=objective, promise=promise, checks=tuple(checks)
    )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def state(sqlite_url: str) -> Iterator[State]:
    """Two vendors, one hour of results; Stripe is down since ten minutes."""
    db = open_database(sqlite_url)
    catalogue = sync(db, [declared(slug) for slug in SLUGS], NOON - HOUR)
    made = State(db, catalogue, Clock(), register(db, "worker", NOON))
    made.beat()
    epoch = take(db, made.worker, NOON)
    folder = Folder(db)
    for ledger in past(made):
        Writer(db).commit(ledger, epoch=epoch)
        folder.note(ledger)
    folder.fold(NOON, epoch=epoch)
    yield made
    db.close()


def past(made: State) -> Iterator[Ledger]:
    stripe, paypal = made.check("stripe/api"), made.check("paypal/api")
    down = NOON - 10 * MINUTE
    yield Ledger(results=[result(paypal, at) for at in range(NOON - HOUR, NOON, MINUTE)], spans=[span(paypal, NOON - HOUR, None)])
    yield Ledger(results=[result(stripe, at) for at in range(NOON - HOUR, down, MINUTE)])
    yield outage(made.catalogue.plan.checks[stripe].integration, stripe, down)
    yield Ledger(results=[result(stripe, at, Cause.SERVER_ERROR) for at in range(down + MINUTE, NOON, MINUTE)])


@pytest.fixture
def app(state: State) -> Starlette:
    return Starlette(routes=routes(state.deps))


@pytest.fixture
async def client(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
