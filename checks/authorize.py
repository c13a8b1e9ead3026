"""Putting a credential on a request, as the last thing before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from checks.credentials import ApiKey, Auth, Basic, Bearer, OAuth2, SigV4
from checks.errors import GENERIC, ErrorTable
from checks.oauth import basic, forget_token, has_token, token_for
from checks.placeholders import fill
from checks.sigv4 import Key, sign
from checks.vantage import Vantage


async def send_authorized(
    vantage: Vantage,
    make: Callable[[], httpx.Request],
    auth: Auth,
    values: Mapping[str, Any],
    table: ErrorTable = GENERIC,
    *,
    follow_redirects: bool = True,
) -> httpx.Response:
    """The answer to the request `make` makes, with its credential. A kept token that is refused is asked for anew, once.

    Raises `TokenRefused`, `NotConfigured`, and what the transport raises.
    """
    kept = isinstance(auth, OAuth2) and has_token(vantage)
    response = await vantage.client.send(await _authorized(vantage, make(), auth, values, table), follow_redirects=follow_redirects)
    if response.status_code != 401 or not kept:
        return response
    forget_token(vantage)
    return await vantage.client.send(await _authorized(vantage, make(), auth, values, table), follow_redirects=follow_redirects)


async def _authorized(vantage: Vantage, request: httpx.Request, auth: Auth, values: Mapping[str, Any], table: ErrorTable) -> httpx.Request:
    match auth:
        case Basic():
            request.headers["authorization"] = basic(fill(auth.username, values), fill(auth.password, values))
        case Bearer():
            request.headers["authorization"] = f"{auth.scheme} {fill(auth.token, values)}".strip()
        case ApiKey(place="header"):
            request.headers[auth.name] = fill(auth.value, values)
        case ApiKey():
            request.url = request.url.copy_merge_params({auth.name: fill(auth.value, values)})
        case OAuth2():
            request.headers["authorization"] = f"Bearer {await token_for(vantage, auth, values, table)}"
        case SigV4():
            sign(request, request.content, _key(auth, values), vantage.now())
    return request


def _key(auth: SigV4, values: Mapping[str, Any]) -> Key:
    return Key(
        fill(auth.access_key_id, values),
        fill(auth.secret_access_key, values),
        fill(auth.service, values),
        fill(auth.region, values),
        fill(auth.session_token, values),
    )
