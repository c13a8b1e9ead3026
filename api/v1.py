"""The API, version 1: what the pages show, as JSON, and what may be asked of the worker."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Response

from api import acts, corrections, incident_shapes, incident_views, shapes, views, windows
from api.acts import MAX_ID, Ident
from api.deps import Deps
from core.calendar import from_ms, parse_period
from core.health import Status
from sla.books import month_report
from sla.formats import formats
from storage import catalogue, deliveries, incidents, processes, states, wall
from storage.readings import MonthBooks

BEAT_LOOKED_BACK_MS = 300_000

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Before = Annotated[int | None, Query(ge=1, le=MAX_ID, description="The last id of the page before.")]
Slug = Annotated[str, Path(max_length=100, description="An integration's slug.")]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": shapes.Problem}}


class AlertState(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


def router(deps: Deps) -> APIRouter:
    """Handlers are plain functions: the framework runs them in threads, where the database may be waited for."""
    made = APIRouter(prefix="/v1", responses={401: {"model": shapes.Problem}, 503: {"model": shapes.Problem}})
    _wall(made, deps)
    _incidents(made, deps)
    _deliveries(made, deps)
    _sla(made, deps)
    windows.add(made, deps)
    acts.add(made, deps)
    corrections.add(made, deps)
    return made


def _wall(made: APIRouter, deps: Deps) -> None:
    @made.get("/status", summary="How many integrations are in each status, and what is not up")
    def status() -> shapes.Status:
        now = deps.now_ms()
        with deps.database().read() as conn:
            found = wall.summaries(conn)
            worker = processes.leader(conn, now - BEAT_LOOKED_BACK_MS)
        counts = Counter(one.status for one in found)
        return shapes.Status(
            at=from_ms(now),
            worker_beat_at=None if worker is None else from_ms(worker.beat_ms),
            integrations={status.value: counts[status] for status in Status},
            not_up=[views.integration(one) for one in found if one.status is not Status.UP],
        )

    @made.get("/versions", summary="A number per topic that rises when something shown changed")
    def versions() -> dict[str, int]:
        with deps.database().read() as conn:
            return wall.versions(conn)

    @made.get("/integrations", summary="Every integration that is watched")
    def integrations() -> list[shapes.Integration]:
        with deps.database().read() as conn:
            return [views.integration(one) for one in wall.summaries(conn)]

    @made.get("/integrations/{slug}", summary="One integration with its checks and clocks", responses=NOT_FOUND)
    def integration(slug: Slug) -> shapes.IntegrationDetail:
        with deps.database().read() as conn:
            row = catalogue.integration(conn, slug)
            summary = wall.summary(conn, row.plan.id) if row and row.archived_ms is None else None
            if row is None or summary is None:
                raise HTTPException(404, "No integration has this slug.")
            checks = {check.plan.id: found for check in row.checks if (found := wall.summary_of_check(conn, check.plan.id))}
            return views.detail(summary, row, checks, states.signals(conn))


def _incidents(made: APIRouter, deps: Deps) -> None:
    @made.get("/incidents", summary="Incidents, newest first", responses=NOT_FOUND)
    def several(
        limit: Limit = 50,
        before: Before = None,
        open_: Annotated[bool | None, Query(alias="open", description="Only open ones, or only closed ones.")] = None,
        integration: Annotated[str | None, Query(max_length=100, description="Those of one integration, by slug.")] = None,
    ) -> list[incident_shapes.Incident]:
        with deps.database().read() as conn:
            row = catalogue.integration(conn, integration) if integration is not None else None
            if integration is not None and row is None:
                raise HTTPException(404, "No integration has this slug.")
            only = incidents.IncidentFilter(integration=row.plan.id if row else None, open=open_)
            return [incident_views.incident(line) for line in incidents.incidents(conn, only, limit, before)]

    @made.get("/incidents/{ident}", summary="One incident with its timeline", responses=NOT_FOUND)
    def one(ident: Ident) -> incident_shapes.IncidentDetail:
        with deps.database().read() as conn:
            found = incidents.incident(conn, ident)
        if found is None:
            raise HTTPException(404, "There is no such incident.")
        return incident_views.incident_detail(found)


def _deliveries(made: APIRouter, deps: Deps) -> None:
    @made.get("/deliveries", summary="Attempts to tell an alert, newest first")
    def attempts(
        limit: Limit = 50,
        before: Before = None,
        incident: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
        channel: Annotated[str | None, Query(max_length=100)] = None,
    ) -> list[incident_shapes.Delivery]:
        with deps.database().read() as conn:
            found = deliveries.deliveries(conn, limit=limit, before=before, incident=incident, channel=channel)
        return [incident_views.delivery(row) for row in found]

    @made.get("/alerts", summary="Alert rows, newest first: all, those that wait, or the dead letters")
    def alerts(
        limit: Limit = 50,
        before: Before = None,
        state: AlertState | None = None,
        incident: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    ) -> list[incident_shapes.Alert]:
        with deps.database().read() as conn:
            found = deliveries.alerts(
                conn,
                limit=limit,
                before=before,
                dead=state is AlertState.DEAD,
                waiting=state is AlertState.WAITING,
                incident=incident,
            )
        return [incident_views.alert(line) for line in found]


def _sla(made: APIRouter, deps: Deps) -> None:
    forms: dict[str, dict[str, Any]] = {form.media_type: {} for form in formats().values()}

    @made.get(
        "/sla/{period}",
        summary="The portfolio of a month (2026-11) or a quarter (2026-Q4)",
        response_class=Response,
        responses={200: {"content": forms}, **NOT_FOUND},
    )
    def sla(
        period: Annotated[str, Path(pattern=r"^[12][0-9]{3}-(0[1-9]|1[0-2]|Q[1-4])$")],
        form: Annotated[str, Query(alias="format", pattern=f"^({'|'.join(formats())})$")] = "json",
        zone: Annotated[str | None, Query(max_length=60, description="The zone of the period. Default: the operator's.")] = None,
    ) -> Response:
        try:
            asked = parse_period(period, zone or deps.zone)
        except (ValueError, OverflowError) as error:
            raise HTTPException(404, str(error)) from None
        report = month_report(MonthBooks(deps.database()), asked, deps.now_ms())
        made_of = formats()[form]
        headers = {"Content-Disposition": f'attachment; filename="{made_of.file_name(report)}"'} if form != "json" else None
        return Response(made_of.render(report), media_type=made_of.media_type, headers=headers)
