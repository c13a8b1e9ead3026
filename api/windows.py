"""Silences and maintenance windows that are not over, and what a vendor's status page said: read by scripts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime, Field

from api import shapes
from api.acts import PathSlug
from api.deps import Deps
from core.calendar import from_ms
from core.health import PageStatus
from core.ledger import WindowKind, WindowRow
from storage import catalogue, pages
from storage.windows import not_over

DAY_MS: Final = 86_400_000


class Origin(StrEnum):
    FILE = "file"
    UI = "ui"


class PlannedWindow(shapes.Shape):
    """A silence or a maintenance window that is under way or to come."""

    id: int
    kind: WindowKind
    start: AwareDatetime
    end: AwareDatetime
    begun: bool
    integrations: list[str] | None = Field(description="Slugs; null: all.")
    reason: str
    by: str | None = Field(description="Who set it, unverified; null for those of the file.")
    origin: Origin = Field(description="`file`: from integrations.yaml, and ended there. `ui`: set on a page or by a script.")


class PageSaid(shapes.Shape):
    """The vendor's status page began to say something else."""

    check: str
    at: AwareDatetime = Field(description="When it was read.")
    status: PageStatus
    headline: str = Field(description="The vendor's own words.")
    link: str | None


def add(made: APIRouter, deps: Deps) -> None:
    missing: dict[int | str, dict[str, Any]] = {404: {"model": shapes.Problem}}

    @made.get("/windows", summary="Silences and maintenance windows under way or to come, by their beginning", responses=missing)
    def windows(
        integration: Annotated[str | None, Query(max_length=100, description="Those that lie over one integration, by slug.")] = None,
    ) -> list[PlannedWindow]:
        now_ms = deps.now_ms()
        with deps.database().read() as conn:
            slugs = {row.plan.id: row.plan.slug for row in catalogue.integrations(conn, archived=True)}
            found = not_over(conn, now_ms)
        if integration is None:
            return [_window(row, slugs, now_ms) for row in found]
        which = next((ident for ident, slug in slugs.items() if slug == integration), None)
        if which is None:
            raise HTTPException(404, "No integration has this slug.")
        return [_window(row, slugs, now_ms) for row in found if row.integrations is None or which in row.integrations]

    @made.get("/integrations/{slug}/page-history", summary="What the vendor's status page said, newest first", responses=missing)
    def page_history(slug: PathSlug, days: Annotated[int, Query(ge=1, le=400, description="How far back.")] = 90) -> list[PageSaid]:
        now_ms = deps.now_ms()
        with deps.database().read() as conn:
            row = catalogue.integration(conn, slug)
            if row is None:
                raise HTTPException(404, "No integration has this slug.")
            names = {check.plan.id: check.plan.slug for check in row.checks}
            said = pages.changes(conn, list(names), now_ms - days * DAY_MS, now_ms + 1)
        return [
            PageSaid(check=names[one.check], at=from_ms(one.at_ms), status=one.status, headline=one.headline, link=one.link)
            for one in sorted(said, key=lambda one: one.at_ms, reverse=True)
        ]


def _window(row: WindowRow, slugs: Mapping[int, str], now_ms: int) -> PlannedWindow:
    return PlannedWindow(
        id=row.id or 0,
        kind=row.kind,
        start=from_ms(row.start_ms),
        end=from_ms(row.end_ms),
        begun=row.start_ms <= now_ms,
        integrations=None if row.integrations is None else [slugs[one] for one in row.integrations if one in slugs],
        reason=row.reason,
        by=row.by,
        origin=Origin(row.origin),
    )
