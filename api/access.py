"""The gate: one ASGI middleware before pages, API and websocket alike."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import WITHIN_S, TooLarge, Unreadable, is_too_large, limited
from api.door import COOKIE, Door, split_host
from api.own_pages import nothing_here
from api.paths import SIGN_IN, Paths
from api.replies import add_headers, is_for_machines, refusal
from api.signin import SignIn

READING: Final = frozenset({"GET", "HEAD"})
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
POLICY_VIOLATION: Final = 1008


def middleware(door: Door, paths: Paths, *, body_within_s: float = WITHIN_S) -> list[Middleware]:
    """For `st.App(middleware=)`."""
    return [Middleware(Gate, door=door, paths=paths, body_within_s=body_within_s)]


class Gate:
    """Refuses, in this order: a foreign name, an open address without a token, what does not exist, what is not signed in."""

    def __init__(self, app: ASGIApp, *, door: Door, paths: Paths, body_within_s: float) -> None:
        self._app = app
        self._body_within_s = body_within_s
        self._door = door
        self._paths = paths
        self._sign_in = SignIn(door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        refused = self._stranger(scope, connection.headers) is not None or not self._same_origin(connection.headers)
        if refused or not self._is_signed_in(connection):
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        own, begun = self._paths.is_ours(scope["path"]), False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                add_headers(message, own=own)
            await send(message)

        counted = limited(receive, self._body_within_s)
        try:
            answer = await self._answer(scope, counted)
            await (answer or self._app)(scope, counted, send_with_headers)
        except Unreadable as error:
            if begun:
                raise
            await refusal(scope, error.status_code, error.detail, error.headers)(scope, receive, send_with_headers)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """What the gate itself says; None: the request may pass."""
        connection = HTTPConnection(scope)
        path, method = scope["path"], scope["method"]
        if not self._paths.is_open(path) and (stranger := self._stranger(scope, connection.headers)):
            return stranger
        if not self._paths.exists(path):
            return nothing_here(scope)
        if is_too_large(scope):
            return refusal(scope, 413, TooLarge().detail)
        if self._paths.is_read_only(path) and method not in READING:
            return refusal(scope, 405, "This can only be read.", {"Allow": "GET, HEAD"})
        if method in UNSAFE and not self._paths.is_open(path) and not self._same_origin(connection.headers):
            return refusal(scope, 403, "This was sent by a page of another origin.")
        if (form := await self._sign_in.answer(scope, receive)) is not None:
            return form
        if self._paths.is_open(path) or self._is_signed_in(connection):
            return None
        return self._who_are_you(scope)

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        server = scope.get("server")
        if not self._door.may_listen_on(server[0] if server else None):
            return refusal(scope, 403, "This address serves other machines, and no ACCESS_TOKEN is set: nothing is served.")
        if not self._door.knows_host(headers.get("host", "")):
            return refusal(scope, 400, "This is not a name of ours: set ALLOWED_HOSTS to the name you use.")
        return None

    def _same_origin(self, headers: Headers) -> bool:
        """A browser names the page that asks; the cookie alone would let any page ask."""
        origin = headers.get("origin")
        if origin is None:
            return True
        asked, host = urlsplit(origin).netloc, headers.get("host", "")
        return split_host(asked) == split_host(host)

    def _is_signed_in(self, connection: HTTPConnection) -> bool:
        if self._door.token is None:
            return True
        kind, _, token = connection.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._door.accepts(token.strip())
        return self._door.accepts_cookie(connection.cookies.get(COOKIE, ""))

    def _who_are_you(self, scope: Scope) -> Response:
        path = scope["path"]
        if is_for_machines(path):
            return refusal(scope, 401, "Sign in with the header Authorization: Bearer ACCESS_TOKEN.", {"WWW-Authenticate": "Bearer"})
        if not self._paths.is_page(path) or scope["method"] not in READING:
            return refusal(scope, 401, "Sign in first.")
        query = scope["query_string"].decode("latin-1")
        wanted = path + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", 303)
