"""One request and one reply of a simulated vendor, as values: what goes over the wire is in `wire`."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. Header names are lower case; `at_s` is the server's own clock, Unix seconds."""

    method: str
    target: str  # as on the request line
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    at_s: float = 0.0
    number: int = 0  # how manieth request of this server: what ids are made from

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path) or "/"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def cookies(self) -> dict[str, str]:
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}

    @property
    def bearer(self) -> str | None:
        """The token of `Authorization: Bearer`; None without one."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "bearer" and value.strip() else None

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password of `Authorization: Basic`; None without one that can be read."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, _, password = b64decode(value.strip(), validate=True).decode().partition(":")
        except (Error, UnicodeDecodeError):
            return None
        return user, password

    def json(self) -> Any:
        """The body as JSON; None where it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. The length is added on the wire."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def plus(self, *headers: tuple[str, str]) -> Reply:
        """The same reply with further headers."""
        return replace(self, headers=(*self.headers, *headers))


def json_reply(value: Any, status: int = 200, *headers: tuple[str, str]) -> Reply:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, (("content-type", "application/json; charset=utf-8"), *headers), body)


def text_reply(text: str, status: int = 200, content_type: str = "text/plain; charset=utf-8", *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("content-type", content_type), *headers), text.encode())
