"""A simulated vendor from a few words: one address, one key, and the bodies of its refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import LETTERS, made_up
from lab.statuspages import atlassian
from lab.vendor import Vendor

# How a key is sent: the declaration of an `http` check, with the name of the secret in it, and the header it comes in.
BEARER: Final = {"kind": "bearer", "token": "{token}"}
_SAYS: Final = {
    Kind.REFUSED_KEY: "refused_key",
    Kind.MISSING_SCOPE: "missing_scope",
    Kind.QUOTA: "quota",
    Kind.SERVER_ERROR: "server_error",
}


def basic(user: str) -> dict[str, str]:
    return {"kind": "basic", "username": user, "password": "{token}"}


def api_key(header: str) -> dict[str, str]:
    return {"kind": "api_key", "name": header, "value": "{token}"}


@dataclass(frozen=True, slots=True)
class No:
    """One way of saying no: a status (0: the fault's), a body and further headers."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...] = ()


def plain(
    slug: str,
    name: str,
    category: str,
    path: str,
    answer: Mapping[str, Any],
    noes: Mapping[str, No],
    *,
    auth: Mapping[str, str] = BEARER,
    components: tuple[str, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Vendor:
    """A vendor that answers `answer` at `path` to its key. `noes` are named as the faults are; no_key where it differs."""
    token = made_up((slug, "token"), 40, LETTERS)

    def reply(request: Request) -> Reply:
        if request.path != path.partition("?")[0]:
            return json_reply({"message": "not found"}, 404)
        if auth and (given := _given(request, auth)) != token:
            return _no(noes["no_key" if given is None and "no_key" in noes else "refused_key"], Fault(Kind.REFUSED_KEY))
        return json_reply(answer, 200, ("x-request-id", made_up((slug, request.number), 24)), *headers)

    says = {kind: _sayer(noes[word]) for kind, word in _SAYS.items() if word in noes}
    page = atlassian.page if components else None
    secrets = {"token": token} if auth else {}
    return Vendor(slug, name, category, reply, says, secrets, {}, path, page, components, (_header(auth),), auth)


def _sayer(no: No) -> Callable[[Request, Fault], Reply]:
    return lambda _request, fault: _no(no, fault)


def _no(no: No, fault: Fault) -> Reply:
    headers = tuple((name, value.format(wait=fault.retry_after_s)) for name, value in no.headers)
    return json_reply(no.body, no.status or fault.status, *headers)


def _header(auth: Mapping[str, str]) -> str:
    return auth["name"].lower() if auth.get("kind") == "api_key" else "authorization"


def _given(request: Request, auth: Mapping[str, str]) -> str | None:
    """The key a request carries, in the place this vendor wants it."""
    if auth["kind"] == "basic":
        return None if request.basic is None or request.basic[0] != auth["username"] else request.basic[1]
    if auth["kind"] == "api_key":
        return request.headers.get(auth["name"].lower())
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value if value and scheme.lower() == auth.get("scheme", "Bearer").lower() else None
