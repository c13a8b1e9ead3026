"""The pages that the gate itself shows, in the product's look and without a script: the form to sign in, and that there is nothing."""

from __future__ import annotations

from html import escape
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from api.replies import OWN_POLICY, is_for_machines, refusal

NOTHING: Final = "There is nothing here."


def nothing_here(scope: Scope) -> Response:
    """404: a page for whoever reads pages, a sentence for others. The address is not said again: anybody may have made it up."""
    headers = {"Vary": "Accept"}
    if is_for_machines(scope["path"]) or "text/html" not in Headers(scope=scope).get("accept", "").lower():
        return refusal(scope, 404, NOTHING, headers)
    return page(NOTHING, _NOTHING_HERE, 404, headers)


def sign_in(wanted: str, problem: str = "", status: int = 200) -> Response:
    """The form; `wanted` is where it leads to."""
    told = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    return page("Sign in", _FORM.replace("{problem}", told).replace("{next}", escape(wanted, quote=True)), status)


def page(title: str, inner: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """`inner` is markup of ours, with everything from outside escaped."""
    text = _PAGE.replace("{title}", escape(title)).replace("{inner}", inner)
    return HTMLResponse(text, status, {"Content-Security-Policy": OWN_POLICY, **(headers or {})})


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Integration Health</title>
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
a { color: inherit }
[role=alert] { color: light-dark(#B3123F, #FF5C7A); font-weight: 600 }
</style></head>
<body><main><h1>Integration Health</h1>
{inner}</main></body></html>
"""
_FORM: Final = """<p>Whoever runs this monitor set an access token. It is asked for once per browser.</p>{problem}
<form method="post" action="/signin"><input type="hidden" name="next" value="{next}">
<label for="token">Access token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button type="submit">Sign in</button></form>"""
_NOTHING_HERE: Final = """<p><b>There is nothing here.</b></p>
<p>No page of this monitor has this address. It may be mistyped, or from a link that was cut short.</p>
<p><a href="/">To the wall: every integration, the worst first</a></p>
"""
