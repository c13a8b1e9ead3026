"""Corrections: what people know better of the past, asked of the worker, and the list of them with those that hold no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import AwareDatetime, Field, StringConstraints

from api import shapes
from api.acts import ANSWERS, MAX_ID, VISIBLE, Asker, By, Ident, Slug
from api.deps import Deps
from core.calendar import from_ms, to_ms
from core.corrections import standing
from core.ledger import CorrectionRow, CountsAs
from core.verdict import Party
from storage import catalogue
from storage.corrections import corrections
from storage.rows import IntegrationRow

Reason = Annotated[str, StringConstraints(max_length=500, pattern=VISIBLE)]


class Correction(By):
    """What [start, end) is to count as, or whose trouble it was; `down` takes both. `by` and `reason` are printed in reports."""

    integration: Slug
    check: Slug | None = Field(None, description="One check of it; null: the whole integration.")
    start: AwareDatetime
    end: AwareDatetime
    counts_as: CountsAs | None = None
    party: Party | None = None
    reason: Reason
    replaces: Annotated[int, Field(ge=1, le=MAX_ID)] | None = Field(None, description="The correction that holds no longer.")


class Withdrawal(By):
    """What was measured counts again."""

    reason: Reason


class Made(shapes.Shape):
    """A correction as it was made. None is ever edited: one that holds no longer says which ended it."""

    id: int
    integration: str
    check: str | None = Field(description="A check's slug; null: the whole integration.")
    start: AwareDatetime
    end: AwareDatetime
    counts_as: CountsAs | None
    party: Party | None
    reason: str
    by: str = Field(description="A typed name, unverified.")
    made_at: AwareDatetime
    replaces: int | None
    replaced_by: int | None = Field(description="The later row that ended it; null: none did.")
    withdraws: bool = Field(description="It does no more than end the one it replaces.")
    holds: bool = Field(description="Whether figures are reckoned with it.")


def add(made: APIRouter, deps: Deps) -> None:
    asker = Asker(deps)

    @made.get("/corrections", summary="Corrections, newest first, those that were replaced or withdrawn too", responses=_MISSING)
    def several(
        integration: Annotated[str | None, Query(max_length=100, description="Those of one integration, by slug.")] = None,
    ) -> list[Made]:
        with deps.database().read() as conn:
            every = catalogue.integrations(conn, archived=True)
            chosen = [row for row in every if integration is None or row.plan.slug == integration]
            if integration is not None and not chosen:
                raise HTTPException(404, "No integration has this slug.")
            return _told(corrections(conn, [row.plan.id for row in chosen]), chosen)

    @made.post("/corrections", summary="Say what a stretch of the past counts as, or whose trouble it was", responses=ANSWERS)
    def correct(body: Correction, response: Response) -> shapes.Asked:
        _require_known(deps, body)
        asked = body.model_dump(mode="json", include={"integration", "check", "party", "reason", "replaces"})
        asked |= {"bucket": body.counts_as, "start_ms": to_ms(body.start), "end_ms": to_ms(body.end)}
        return asker.ask(response, "correct", asked, body.by)

    @made.post("/corrections/{ident}/withdraw", summary="Take a correction back: what was measured counts again", responses=ANSWERS)
    def withdraw(ident: Ident, body: Withdrawal, response: Response) -> shapes.Asked:
        return asker.ask(response, "correct", {"withdraw": ident, "reason": body.reason}, body.by)


_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": shapes.Problem}}


def _require_known(deps: Deps, body: Correction) -> None:
    """Removed ones too: their months are still read."""
    with deps.database().read() as conn:
        found = catalogue.integration(conn, body.integration)
    if found is None:
        raise HTTPException(404, f"No integration has the slug {body.integration}.")
    if body.check is not None and body.check not in {check.plan.slug for check in found.checks}:
        raise HTTPException(404, f"{body.integration} has no check of the name {body.check}.")


def _told(rows: Sequence[CorrectionRow], integrations: Sequence[IntegrationRow]) -> list[Made]:
    slugs = {one.plan.id: one.plan.slug for one in integrations}
    checks = {check.plan.id: check.plan.slug for one in integrations for check in one.checks}
    held, ended = {row.id for row in standing(rows)}, {row.replaces: row.id for row in rows}
    return [_made(row, slugs, checks, ended.get(row.id), row.id in held) for row in sorted(rows, key=lambda row: -(row.id or 0))]


def _made(row: CorrectionRow, slugs: Mapping[int, str], checks: Mapping[int, str], ended_by: int | None, holds: bool) -> Made:
    return Made(
        id=row.id or 0,
        integration=slugs[row.integration],
        check=None if row.check is None else checks.get(row.check, str(row.check)),
        start=from_ms(row.start_ms),
        end=from_ms(row.end_ms),
        counts_as=row.bucket,
        party=row.party,
        reason=row.reason,
        by=row.author,
        made_at=from_ms(row.made_ms),
        replaces=row.replaces,
        replaced_by=ended_by,
        withdraws=row.bucket is None and row.party is None,
        holds=holds,
    )
