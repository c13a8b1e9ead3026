"""What a failing run of the past left: the vendor's own words, as the vendors of the lab say them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from core.health import NETWORK_CAUSES, Cause, Evidence, Outcome
from core.redact import PLACEHOLDER, Redactor
from lab.bending import bent
from lab.cast import Part
from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.past.episodes import Episode
from lab.vendor import Vendor

BODY: Final = 2000
ADDRESS: Final = "192.0.2.10"  # of the network for documentation (RFC 5737)
_WORDS: Final = {
    Cause.TIMEOUT: ("{name} did not answer within 5 s.", "Operation timed out after 5001 milliseconds with 0 bytes received"),
    Cause.CONNECT: ("{name} refused the connection.", "Failed to connect to {host} port 443: Connection refused"),
    Cause.DNS: ("The name {host} could not be looked up.", "Could not resolve host: {host}"),
    Cause.TLS: ("The certificate of {name} has expired.", "SSL certificate problem: certificate has expired"),
}
_CODES: Final = ("code", "errorCode", "ErrorCode", "name", "category", "error", "reason")
_SENTENCES: Final = ("message", "Message", "error_description", "errorSummary", "detail", "error")


@dataclass(frozen=True, slots=True)
class Told:
    """What one run found, and what is kept of it."""

    outcome: Outcome
    evidence: Evidence | None


def told(part: Part, vendor: Vendor | None, episode: Episode, at_ms: int, number: int) -> Told:
    """One failing run of a check that counts. `number` makes its ids."""
    if vendor is None:
        return Told(Outcome(episode.cause, detail="The call that was due has not come."), None)
    if episode.cause in NETWORK_CAUSES:
        return unreachable(part, vendor, episode.cause)
    request = _request(vendor, at_ms, number)
    reply = _reply(vendor, request, episode)
    redact = Redactor(vendor.secrets.values())
    outcome = _outcome(part, episode, reply)
    return Told(replace(outcome, detail=redact(outcome.detail).text), _evidence(part, request, reply, redact))


def unreachable(part: Part, vendor: Vendor, cause: Cause, path: str | None = None) -> Told:
    host = f"{part.slug}.lab"
    detail, error = (words.format(name=part.name, host=host) for words in _WORDS[cause])
    asked = f"GET https://{host}{path or vendor.path}" if vendor.answer else f"connect {host}"
    asked = Redactor(vendor.secrets.values())(asked).text
    return Told(Outcome(cause, detail=detail), Evidence(asked, error=error, address=None if cause is Cause.DNS else ADDRESS))


def _request(vendor: Vendor, at_ms: int, number: int) -> Request:
    method = {"slack": "POST"}.get(vendor.slug, "GET")
    headers = dict.fromkeys(vendor.key_headers, "Bearer x") if vendor.secrets else {}
    return Request(method, vendor.path, headers, at_s=at_ms / 1000, number=number)


def _reply(vendor: Vendor, request: Request, episode: Episode) -> Reply:
    if episode.cause is Cause.CLIENT_ERROR:
        return json_reply({"message": "Index does not exist", "status": episode.status}, episode.status)
    if episode.cause is Cause.CONTRACT:
        return json_reply({"status": "ok", "apiVersion": "next"})
    fault = Fault(episode.says or Kind.LATENCY, status=episode.status)
    return vendor.refuse(request, fault) or bent(Reply(200, (("content-type", "application/json"),)), fault, request)


def _outcome(part: Part, episode: Episode, reply: Reply) -> Outcome:
    code, words = _read(reply)
    detail = {
        Cause.CONTRACT: f"{part.name} answered {reply.status}, but not what was expected.",
        Cause.SLOW: f"{part.name} answered {reply.status}, slower than {part.limit_ms} ms.",
    }.get(episode.cause, f"{part.name} answered {reply.status}{': ' if words else '.'}{words}")
    headers = {name.lower(): value for name, value in reply.headers}
    wait = headers.get("retry-after", "")
    id_ = next((headers[name] for name in headers if name.endswith(("request-id", "debug-id", "requestid"))), None)
    return Outcome(
        episode.cause,
        http_status=reply.status,
        detail=detail,
        vendor_code=code,
        request_id=id_,
        retry_after_s=float(wait) if wait.isdecimal() else None,
    )


def _read(reply: Reply) -> tuple[str | None, str]:
    """The vendor's own code and sentence, wherever its form keeps them."""
    if b"<Code>" in reply.body:
        found = re.findall(rb"<(?:Code|Message)>([^<]*)<", reply.body)
        return found[0].decode(), found[1].decode()
    try:
        pairs = list(_pairs(json.loads(reply.body)))
    except ValueError:
        return None, ""
    code = next((str(value) for name in _CODES for key, value in pairs if key == name), None)
    return code, next((str(value) for name in _SENTENCES for key, value in pairs if key == name), "")


def _pairs(value: Any) -> Iterator[tuple[str, str | int]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str | int) and not isinstance(inner, bool):
                yield key, inner
            else:
                yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)


def _evidence(part: Part, request: Request, reply: Reply, redact: Redactor) -> Evidence:
    keys = [f"{name.title()}: {PLACEHOLDER}" for name in request.headers]
    asked = "\n".join((f"{request.method} https://{part.slug}.lab{request.target}", "User-Agent: integration-health", *keys))
    head = f"HTTP/1.1 {reply.status} {_reason(reply.status)}".strip()
    headers = "\n".join(f"{name}: {value}" for name, value in reply.headers)
    body = reply.body[:BODY].decode("utf-8", "replace")
    shown, answered = redact(asked), redact(f"{head}\n{headers}\n\n{body}")
    return Evidence(shown.text, answered.text, ADDRESS, redactions=len(keys) + shown.count + answered.count)


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
