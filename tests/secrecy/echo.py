"""A vendor that repeats whatever it was told, in every spelling it can think of, and lets slip what it should not."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

from lab.exchange import Reply, Request, json_reply
from tests.secrecy.planted import BY_NAME

_PLAIN = frozenset({"host", "user-agent", "accept", "accept-encoding", "connection", "content-length", "content-type"})


def answer(request: Request) -> Reply:
    """401, with all of it in the body, in a header, and in the vendor's own code and message."""
    if request.path == "/grants/token":
        return json_reply({"access_token": BY_NAME["granted-token"].value, "token_type": "Bearer", "expires_in": 3600})
    slips, told = list(_slips(request)), list(dict.fromkeys(_told(request)))
    first = next(iter([*slips, *told]), "nothing")
    body = {
        "error": {"code": first, "message": f"No such key: {first}", "type": "invalid_request_error"},
        "errors": [{"message": f"{first} is not a key of ours", "field": first}],
        "message": f"The key {first} is refused",
        "error_description": first,
        "said": [*(escaped for each in slips for escaped in _escaped(each)), *(spelling for each in told for spelling in _spellings(each))],
    }
    if request.path == "/refuses/token":
        body["error"] = "invalid_client"
    echo = ("x-echo", " ".join(quote(each, safe="").lower() for each in told)[:2_000])
    return json_reply(body, 401, echo, ("x-request-id", quote(first[:60])), ("www-authenticate", f'Bearer realm="{quote(first)}"'))


def _slips(request: Request) -> Iterator[str]:
    if request.path == "/somebodys-address":
        yield f"user {BY_NAME['somebodys-address'].value} has no such right"
    if request.path == "/vendors-database":
        yield f"cannot connect to postgres://svc:{BY_NAME['vendors-database'].value}@db.internal:5432/billing"


def _told(request: Request) -> Iterator[str]:
    if request.basic:
        yield from sorted((part for part in request.basic if len(part) > 6), key=len, reverse=True)
    for name, value in request.headers.items():
        if name not in _PLAIN:
            yield value.partition(" ")[2] or value
    yield from request.query.values()
    yield from _strings(request.json()) if request.json() is not None else request.form.values()
    yield from (unquote(part) for part in request.path.split("/") if len(part) > 20)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _escaped(told: str) -> Iterator[str]:
    """What can be seen through without knowing what it is."""
    yield told
    yield json.dumps(told)
    yield "".join(f"\\u{ord(character):04X}" if not character.isalnum() else character for character in told)
    yield from (quote(told, safe=""), html.escape(told))


def _spellings(told: str) -> Iterator[str]:
    raw = told.encode()
    yield from _escaped(told)
    yield "".join(f"\\u{ord(character):04x}" for character in told)
    yield _swapped(quote(told, safe=""))
    yield "".join(f"%{byte:02x}" for byte in raw)
    yield from (b64encode(before + raw + after).decode() for before in (b"", b"u", b"us") for after in (b"", b"r"))
    yield urlsafe_b64encode(b"us:" + raw).decode()
    yield from (raw.hex(), raw.hex().upper())
    yield "".join(f"&#{ord(character)};" for character in told)


def _swapped(quoted: str) -> str:
    """The other case in every second escape."""
    parts = quoted.split("%")
    return "%".join(part[:2].lower() + part[2:] if at % 2 else part for at, part in enumerate(parts))
