"""Twilio: GET /2010-04-01/Accounts/{sid}/Balance.json (twilio-oai twilio_api_v2010; twilio.com/docs/api/errors)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import HEX, made_up
from lab.statuspages import atlassian
from lab.vendor import Vendor

ACCOUNT: Final = "AC" + made_up("twilio account", 32, HEX)
TOKEN: Final = made_up("twilio token", 32, HEX)
ROOT: Final = "/2010-04-01"


def _reply(request: Request, value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    mark = ("twilio-request-id", "RQ" + made_up(("twilio", request.number), 32))
    return json_reply(value, status, mark, ("twilio-concurrent-requests", "1"), *headers)


def _error(request: Request, status: int, code: int, message: str, *headers: tuple[str, str]) -> Reply:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return _reply(request, body, status, *headers)


def answer(request: Request) -> Reply:
    if request.path == f"{ROOT}.json":
        parts = {"accounts": f"{ROOT}/Accounts.json"}
        return _reply(request, {"name": "2010-04-01", "uri": ROOT, "subresource_uris": parts})
    if request.basic != (ACCOUNT, TOKEN):
        return _error(request, 401, 20003, "Authenticate")
    if request.path == f"{ROOT}/Accounts/{ACCOUNT}/Balance.json":
        return _reply(request, {"currency": "EUR", "balance": "184.20", "account_sid": ACCOUNT})
    if request.path == f"{ROOT}/Accounts/{ACCOUNT}/Messages.json":
        return _reply(request, {"messages": [], "page": 0, "page_size": 1, "next_page_uri": None})
    return _error(request, 404, 20404, f"The requested resource {request.path} was not found")


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _error(request, 401, 20003, "Authenticate")


def _missing_scope(request: Request, _fault: Fault) -> Reply:
    return _error(request, 403, 20003, "Permission Denied")


def _quota(request: Request, fault: Fault) -> Reply:
    return _error(request, 429, 20429, "Too Many Requests", ("retry-after", str(fault.retry_after_s)))


def _server_error(request: Request, fault: Fault) -> Reply:
    if fault.status == 503:
        return _error(request, 503, 20503, "Service Unavailable")
    return _error(request, fault.status, 20500, "An internal server error has occurred")


VENDOR: Final = Vendor(
    slug="twilio",
    name="Twilio",
    category="messaging",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"account_sid": ACCOUNT, "auth_token": TOKEN},
    path=f"{ROOT}/Accounts/{ACCOUNT}/Balance.json",
    page=atlassian.page,
    components=("REST API", "Programmable Messaging", "Programmable Voice", "Verify", "SMS - Germany", "SMS - France"),
)
