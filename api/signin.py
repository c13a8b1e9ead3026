"""The sign-in page: takes the access token, leaves a cookie that is not the token, and returns to where one came from."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope

from api.door import COOKIE, COOKIE_AGE_S, Door, local_path
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
        return RedirectResponse(wanted, 303) if self._door.token is None else _page(wanted)

    async def _try(self, request: Request) -> Response:
        """The answer to the form. Lax, not Strict: a Strict cookie is not sent on the click from Slack."""
        fields = parse_qs((await request.body())[:FORM_LIMIT].decode("utf-8", "replace"))
        wanted = local_path(fields.get("next", [None])[0])
        if not self._door.accepts(fields.get("token", [""])[0].strip()):
            return _page(wanted, "This is not the access token. It is what ACCESS_TOKEN says where the monitor runs.", 401)
        answer = RedirectResponse(wanted, 303)
        secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
        answer.set_cookie(COOKIE, self._door.cookie(), max_age=COOKIE_AGE_S, httponly=True, samesite="lax", secure=secure, path="/")
        return answer

    def _sign_out(self) -> Response:
        answer = RedirectResponse(SIGN_IN, 303)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer


def _page(wanted: str, problem: str = "", status: int = 200) -> Response:
    told = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return HTMLResponse(_HTML.replace("{problem}", told).replace("{next}", escape(wanted, quote=True)), status)


_HTML: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Integration Health</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 "Source Sans", system-ui, sans-serif;
  color: light-dark(#15181D, #E9EBEF); background: light-dark(#FFFFFF, #0E1117) }
main { width: min(22rem, calc(100vw - 2rem)) }
h1 { font-size: 21px; font-weight: 600; margin: 0 0 .75rem }
label { display: block; font-size: 13px; color: light-dark(#4B5360, #B3BAC6); margin-bottom: .25rem }
input, button { font: inherit; box-sizing: border-box; width: 100%; padding: .5rem .75rem; border-radius: 6px;
  border: 1px solid light-dark(#8A93A1, #667085) }
input { background: light-dark(#FFFFFF, #151A22); color: inherit }
button { margin-top: .75rem; border-color: transparent; cursor: pointer;
  background: light-dark(#15181D, #E9EBEF); color: light-dark(#FFFFFF, #0E1117) }
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
p { margin: 0 0 .75rem; font-size: 13px }
[role=alert] { color: light-dark(#B3123F, #FF5C7A); font-weight: 600 }
</style></head>
<body><main><h1>Integration Health</h1>
<p>Whoever runs this monitor set an access token. It is asked for once per browser.</p>{problem}
<form method="post" action="/signin"><input type="hidden" name="next" value="{next}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button></form></main></body></html>
"""
