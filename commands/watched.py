"""What an export is of: the checks of all integrations or of one, removed ones too, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from core.exits import Exit, Refusal
from storage import catalogue
from storage.engine import Database
from storage.rows import IntegrationRow


@dataclass(frozen=True, slots=True)
class Watched:
    """Names by the ids of storage."""

    integration: int | None  # None: all of them
    integrations: Mapping[int, str]
    checks: Mapping[int, tuple[str, str]]  # those that are asked for: the slugs of integration and check
    places: Mapping[int, str]


def watched(db: Database, slug: str | None) -> Watched:
    """Raises Refusal for a slug that nothing has."""
    with db.read() as conn:
        rows = catalogue.integrations(conn, archived=True)
        places = {ident: name for name, ident in catalogue.locations(conn).items()}
    one = None if slug is None else _named(rows, slug)
    chosen = rows if one is None else [one]
    checks = {check.plan.id: (row.plan.slug, check.plan.slug) for row in chosen for check in row.checks}
    return Watched(one.plan.id if one else None, {row.plan.id: row.plan.slug for row in rows}, checks, places)


def _named(rows: Sequence[IntegrationRow], slug: str) -> IntegrationRow:
    found = next((row for row in rows if row.plan.slug == slug), None)
    if found is None:
        near = get_close_matches(slug, [row.plan.slug for row in rows], 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refusal(Exit.USAGE, f"There is no integration called {slug[:100]!r}.{hint}")
    return found
