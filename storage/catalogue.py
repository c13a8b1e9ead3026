"""What is watched, as it stands in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, text

from core.declared import DeclaredCheck, DeclaredIntegration
from core.plan import Plan
from storage.changes import version
from storage.codec import load
from storage.planning import check_plan, integration_plan
from storage.rows import CheckRow, IntegrationRow


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is not archived, by the ids of storage. `plan` has no windows: they change more often."""

    plan: Plan
    integrations: dict[int, DeclaredIntegration]
    checks: dict[int, DeclaredCheck]
    locations: dict[str, int]
    addresses: dict[int, str]  # heartbeat check -> the id its pings come to


_ALL: Final = text("SELECT * FROM integration ORDER BY slug")
_NAMED: Final = text("SELECT * FROM integration WHERE slug = :slug")
_KNOWN: Final = text("SELECT * FROM integration WHERE id = :id")
_CHECKS: Final = text('SELECT * FROM "check" ORDER BY id')
_CHECKS_OF: Final = text('SELECT * FROM "check" WHERE integration = :id ORDER BY id')
_CACHE: WeakKeyDictionary[Engine, tuple[int, Catalogue]] = WeakKeyDictionary()


def load_catalogue(conn: Connection) -> Catalogue:
    """Read anew only when it changed: decoding a thousand integrations takes longer than the wall may."""
    number = version(conn, "plan")
    cached = _CACHE.get(conn.engine)
    if cached is None or cached[0] != number:
        cached = _CACHE[conn.engine] = (number, read_catalogue(conn))
    return cached[1]


def read_catalogue(conn: Connection) -> Catalogue:
    """Read as it stands, a change not yet committed included."""
    found = [row for row in conn.execute(_ALL) if row.archived_ms is None]
    bodies = [row for row in conn.execute(_CHECKS) if row.archived_ms is None]
    places = locations(conn)
    checks = {row.id: load(DeclaredCheck, row.body) for row in bodies}
    plans = {row.id: check_plan(row.id, row.integration, checks[row.id], row.configured_at_ms, places) for row in bodies}
    of = _grouped(bodies, lambda row: row.id)
    declared = {row.id: replace(load(DeclaredIntegration, row.body), checks=tuple(checks[c] for c in of[row.id])) for row in found}
    watched = {row.id: integration_plan(row.id, declared[row.id], tuple(plans[c] for c in of[row.id])) for row in found}
    addresses = {row.id: row.address for row in bodies if row.address}
    return Catalogue(Plan(watched, plans), declared, checks, places, addresses)


def locations(conn: Connection) -> dict[str, int]:
    return dict(conn.execute(text("SELECT slug, id FROM location ORDER BY id")).all())


def integrations(conn: Connection, *, archived: bool = False) -> list[IntegrationRow]:
    """By slug. With `archived`, those that were removed too. Removed checks are in both."""
    places = locations(conn)
    checks = _grouped(conn.execute(_CHECKS), lambda row: _check_row(row, places))
    rows = [row for row in conn.execute(_ALL) if archived or row.archived_ms is None]
    return [_integration_row(row, tuple(checks[row.id])) for row in rows]


def integration(conn: Connection, slug: str) -> IntegrationRow | None:
    """Archived or not: its history is kept."""
    return _one(conn, conn.execute(_NAMED, {"slug": slug}).one_or_none())


def integration_by_id(conn: Connection, ident: int) -> IntegrationRow | None:
    return _one(conn, conn.execute(_KNOWN, {"id": ident}).one_or_none())


def check_named(conn: Connection, name: str) -> CheckRow | None:
    """By its name, `integration/check`; an archived one has no name any more."""
    slug, _, check = name.partition("/")
    found = integration(conn, slug)
    return next((row for row in found.checks if row.plan.slug == check and row.archived_ms is None), None) if found else None


def _one(conn: Connection, row: Any) -> IntegrationRow | None:
    if row is None:
        return None
    places = locations(conn)
    return _integration_row(row, tuple(_check_row(check, places) for check in conn.execute(_CHECKS_OF, {"id": row.id})))


def _grouped(rows: Any, of: Callable[[Any], Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.integration].append(of(row))
    return grouped


def _check_row(row: Any, places: dict[str, int]) -> CheckRow:
    one = load(DeclaredCheck, row.body)
    plan = check_plan(row.id, row.integration, one, row.configured_at_ms, places)
    return CheckRow(plan, one.wanted_interval_ms, row.address, row.archived_ms)


def _integration_row(row: Any, checks: tuple[CheckRow, ...]) -> IntegrationRow:
    one = load(DeclaredIntegration, row.body)
    live = tuple(check.plan for check in checks if check.archived_ms is None)
    return IntegrationRow(integration_plan(row.id, one, live), checks, one.promise, one.origin, row.created_ms, row.archived_ms)
