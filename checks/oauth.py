"""A token for the client itself (RFC 6749, section 4.4), kept until shortly before it ends."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

import httpx

from checks.afterwards import KEPT_SECRETS
from checks.credentials import OAuth2
from checks.errors import GENERIC, ErrorTable, Rule, classify
from checks.exchange import ASIDE
from checks.foreign import Unreadable, parse_json
from checks.placeholders import fill
from checks.vantage import Vantage
from core.health import Cause, Outcome

_TOKENS: Final = "oauth2"
_DEFAULT_LIFE_S: Final = 300.0  # RFC 6749 lets a server leave it out
_LONGEST_LIFE_S: Final = 86_400.0

TOKEN_ERRORS: Final = ErrorTable(
    rules=(
        Rule(
            Cause.AUTH, "The token endpoint refuses the client ({code}).", codes=("invalid_client", "unauthorized_client", "access_denied")
        ),
        Rule(Cause.AUTH, "The client may not have the scope ({code}).", codes=("invalid_scope",)),
        Rule(Cause.QUOTA, "Too many tokens were asked for ({status}).", statuses=(429,)),
        Rule(Cause.CLIENT_ERROR, "The token endpoint refuses our request ({code}).", codes=("invalid_request", "unsupported_grant_type")),
        Rule(Cause.SERVER_ERROR, "The token endpoint has trouble ({code}).", codes=("server_error", "temporarily_unavailable")),
    ),
    code_at=("error",),
    message_at=("error_description", "message"),
)


class TokenRefused(Exception):
    """No token: the outcome says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    ends_at: datetime
    asked_with: str  # fingerprint: a new secret or scope needs a new token


async def token_for(vantage: Vantage, auth: OAuth2, values: Mapping[str, Any], table: ErrorTable = GENERIC) -> str:
    """The kept token, or a new one; refusals are read by the vendor's `table` first.

    Raises `TokenRefused`, and what the transport raises.
    """
    form, headers, url = _question(auth, values)
    asked_with = sha256(repr((url, sorted(form.items()), sorted(headers.items()))).encode()).hexdigest()
    kept = vantage.keep.get(_TOKENS)
    if isinstance(kept, _Token) and kept.asked_with == asked_with and vantage.now() < kept.ends_at:
        return kept.value
    response = await vantage.client.post(url, data=form, headers=headers, extensions={ASIDE: True})
    token = replace(_read(response, vantage.now(), table), asked_with=asked_with)
    vantage.keep[_TOKENS] = token
    vantage.keep[KEPT_SECRETS] = {**vantage.keep.get(KEPT_SECRETS, {}), _TOKENS: token.value}
    return token.value


def has_token(vantage: Vantage) -> bool:
    """Whether a token of an earlier run is kept."""
    return _TOKENS in vantage.keep


def forget_token(vantage: Vantage) -> None:
    """Drops the kept token: the vendor refused it before its time."""
    vantage.keep.pop(_TOKENS, None)


def _question(auth: OAuth2, values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str], str]:
    client_id, secret = fill(auth.client_id, values), fill(auth.client_secret, values)
    optional = {"scope": fill(auth.scope, values), "audience": fill(auth.audience, values)}
    form = {"grant_type": "client_credentials", **{name: value for name, value in optional.items() if value}}
    headers = {"accept": "application/json"}
    if auth.style == "post":
        form |= {"client_id": client_id, "client_secret": secret}
    else:  # section 2.3.1: both parts form-encoded before they are joined
        headers["authorization"] = basic(quote(client_id, safe=""), quote(secret, safe=""))
    return form, headers, fill(auth.token_url, values)


def basic(username: str, password: str) -> str:
    """The value of a Basic Authorization header (RFC 7617, UTF-8)."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


def _read(response: httpx.Response, now: datetime, table: ErrorTable) -> _Token:
    outcome = classify(response, response.content, _with_oauth(table), now)
    if outcome.cause is not None:
        raise TokenRefused(replace(outcome, detail=f"At the token endpoint: {outcome.detail}"))
    try:
        answer = parse_json(response.content)
    except Unreadable as error:
        raise TokenRefused(replace(outcome, cause=Cause.CONTRACT, detail=f"The token endpoint: {error}.")) from None
    value = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise TokenRefused(replace(outcome, cause=Cause.CONTRACT, detail="The token endpoint answers without an access_token."))
    return _Token(value, now + timedelta(seconds=_life_s(answer.get("expires_in"))), "")


def _with_oauth(table: ErrorTable) -> ErrorTable:
    """The vendor's own words, then those of RFC 6749, section 5.2."""
    return replace(
        table,
        rules=(*table.rules, *TOKEN_ERRORS.rules),
        form=TOKEN_ERRORS.form,
        code_at=(*table.code_at, *TOKEN_ERRORS.code_at),
        message_at=(*table.message_at, *TOKEN_ERRORS.message_at),
    )


def _life_s(stated: object) -> float:
    """A tenth less than stated, at most a day: a token is not to end between our look and the vendor's."""
    try:
        life = float(stated) if isinstance(stated, int | float | str) else _DEFAULT_LIFE_S
    except ValueError:
        life = _DEFAULT_LIFE_S
    return max(0.0, min(life, _LONGEST_LIFE_S) * 0.9) if life == life else _DEFAULT_LIFE_S
