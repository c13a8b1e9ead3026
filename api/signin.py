"""Signing in: takes the access token, leaves a cookie that is not the token, and returns to where one came from."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope

from api.door import COOKIE, COOKIE_AGE_S, Door, local_path
from api.own_pages import sign_in
from api.paths import SIGN_IN, SIGN_OUT
from api.replies import refusal

FORM_LIMIT: Final = 8192


class SignIn:
    """Answers `/signin` and `/signout`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def answer(self, scope: Scope, receive: Receive) -> Response | None:
        """None: another path."""
        if scope["path"] not in (SIGN_IN, SIGN_OUT):
            return None
        request = Request(scope, receive)
        if scope["path"] == SIGN_OUT:
            return self._sign_out()
        if request.method == "POST":
            return await self._try(request)
        if request.method not in ("GET", "HEAD"):
            return refusal(scope, 405, "Sign in with GET or POST.", {"Allow": "GET, HEAD, POST"})
        wanted = local_path(request.query_params.get("next"))
        return RedirectResponse(wanted, 303) if self._door.token is None else sign_in(wanted)

    async def _try(self, request: Request) -> Response:
        """The answer to the form. Lax, not Strict: a Strict cookie is not sent on the click from Slack."""
        fields = parse_qs((await request.body())[:FORM_LIMIT].decode("utf-8", "replace"))
        wanted = local_path(fields.get("next", [None])[0])
        if not self._door.accepts(fields.get("token", [""])[0].strip()):
            return sign_in(wanted, "This is not the access token. It is what ACCESS_TOKEN says where the monitor runs.", 401)
        answer = RedirectResponse(wanted, 303)
        secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
        answer.set_cookie(COOKIE, self._door.cookie(), max_age=COOKIE_AGE_S, httponly=True, samesite="lax", secure=secure, path="/")
        return answer

    def _sign_out(self) -> Response:
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer
