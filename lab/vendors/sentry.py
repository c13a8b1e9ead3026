"""Sentry: GET /api/0/organizations/{slug}/ (docs.sentry.io/api; sentry-api-schema)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import HEX, made_up
from lab.statuspages import atlassian
from lab.vendor import Vendor

TOKEN: Final = "sntryu_" + made_up("sentry token", 64, HEX)
ORGANISATION: Final = "shop-example"
LIMIT: Final = 40


def _reply(request: Request, value: Any, status: int = 200, *headers: tuple[str, str], left: int = LIMIT - 1) -> Reply:
    limits = (
        ("x-sentry-rate-limit-limit", str(LIMIT)),
        ("x-sentry-rate-limit-remaining", str(left)),
        ("x-sentry-rate-limit-reset", str(int(request.at_s) + 1)),
        ("x-sentry-rate-limit-concurrentlimit", "25"),
        ("x-sentry-rate-limit-concurrentremaining", "24"),
    )
    return json_reply(value, status, *limits, *headers)


def answer(request: Request) -> Reply:
    if request.bearer is None:
        return _reply(request, {"detail": "Authentication credentials were not provided."}, 401)
    if request.bearer != TOKEN:
        return _reply(request, {"detail": "Invalid token"}, 401)
    if request.path == "/api/0/organizations/":
        return _reply(request, [_organisation()])
    if request.path != f"/api/0/organizations/{ORGANISATION}/":
        return _reply(request, {"detail": "The requested resource does not exist"}, 404)
    return _reply(request, _organisation())


def _organisation() -> dict[str, Any]:
    status = {"id": "active", "name": "active"}
    return {"id": "4505", "slug": ORGANISATION, "status": status, "name": "Shop Example", "dateCreated": "2023-04-11T08:30:00.000000Z"}


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _reply(request, {"detail": "Invalid token"}, 401)


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    return _reply(request, {"detail": "You do not have permission to perform this action."}, 403)


def _quota(request: Request, fault: Fault) -> Reply:
    words = f"You are attempting to use this endpoint too frequently. Limit is {LIMIT} requests in 1 seconds"
    return _reply(request, {"detail": words}, 429, ("retry-after", str(fault.retry_after_s)), left=0)


def _server_error(request: Request, fault: Fault) -> Reply:
    return _reply(request, {"detail": "Internal Error", "errorId": made_up(("sentry", request.number), 32)}, fault.status)


VENDOR: Final = Vendor(
    slug="sentry",
    name="Sentry",
    category="observability",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"auth_token": TOKEN},
    settings={"org_slug": ORGANISATION},
    path=f"/api/0/organizations/{ORGANISATION}/",
    page=atlassian.page,
    components=("US Error Ingestion", "EU Error Ingestion", "Dashboard", "API", "Notification Delivery"),
)
