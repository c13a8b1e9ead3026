"""Cloudflare: GET /client/v4/user/tokens/verify (developers.cloudflare.com/api; cloudflare-python token_verify_response)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import HEX, LETTERS, made_up
from lab.statuspages import atlassian
from lab.vendor import Vendor

TOKEN: Final = "cfut_" + made_up("cloudflare token", 40, LETTERS) + made_up("cloudflare sum", 8, HEX)
TOKEN_DAYS: Final = 6  # a token that is about to end: what the page calls a clock
LIMIT: Final = 1200


def _reply(request: Request, result: Any, *, messages: list[Any] | None = None) -> Reply:
    body = {"result": result, "success": True, "errors": [], "messages": messages or []}
    return json_reply(body, 200, *_headers(request, LIMIT - 20))


def _error(request: Request, status: int, code: int, message: str, *headers: tuple[str, str], left: int = LIMIT - 20) -> Reply:
    body = {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}
    return json_reply(body, status, *_headers(request, left), *headers)


def _headers(request: Request, left: int) -> tuple[tuple[str, str], ...]:
    ray = made_up(("cloudflare", request.number), 16) + "-FRA"
    return ("cf-ray", ray), ("ratelimit", f'"default";r={left};t=250'), ("ratelimit-policy", f'"burst";q={LIMIT};w=300')


def answer(request: Request) -> Reply:
    if request.path == "/client/v4/ips":
        return _reply(request, {"ipv4_cidrs": ["192.0.2.0/24"], "ipv6_cidrs": ["2001:db8::/32"], "etag": made_up("ips", 32)})
    given = request.headers.get("authorization")
    if given is None:
        return _error(request, 400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    if request.bearer is None or len(request.bearer) < 30:
        return _error(request, 400, 6003, "Invalid request headers")
    if request.bearer != TOKEN:
        return _error(request, 401, 1000, "Invalid API Token")
    if request.path != "/client/v4/user/tokens/verify":
        return _error(request, 404, 7003, f"Could not route to {request.path}, perhaps your object identifier is invalid?")
    ends = datetime.fromtimestamp(request.at_s, UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=TOKEN_DAYS)
    token = {"id": made_up("cloudflare id", 32), "status": "active", "expires_on": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return _reply(request, token, messages=[{"code": 10000, "message": "This API Token is valid and active", "type": None}])


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _error(request, 401, 1000, "Invalid API Token")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    return _error(request, 403, 9109, "Unauthorized to access requested resource")


def _quota(request: Request, fault: Fault) -> Reply:
    wait = ("retry-after", str(fault.retry_after_s))
    return _error(request, 429, 971, "Please wait and consider throttling your request speed", wait, left=0)


def _server_error(request: Request, fault: Fault) -> Reply:
    return _error(request, fault.status, 10000, "Internal server error")


VENDOR: Final = Vendor(
    slug="cloudflare",
    name="Cloudflare",
    category="delivery",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"api_token": TOKEN},
    path="/client/v4/user/tokens/verify",
    page=atlassian.page,
    components=("API", "CDN/Cache", "DNS", "R2", "Workers", "Frankfurt, Germany - (FRA)", "Ashburn, VA, United States - (IAD)"),
)
