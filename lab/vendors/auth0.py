"""Auth0: a token with an audience, then the tenant's settings; OpenID discovery (auth0.com/docs/api/management/v2)."""

from __future__ import annotations

from typing import Any, Final

from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.identifiers import LETTERS, made_up
from lab.statuspages import feeds
from lab.vendor import Vendor

TENANT: Final = "shop-example.eu.auth0.com"
CLIENT_ID: Final = made_up("auth0 client", 32, LETTERS)
CLIENT_SECRET: Final = made_up("auth0 secret", 64, LETTERS)
TOKEN: Final = ".".join(("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9", made_up("auth0 claims", 120, LETTERS), made_up("auth0 sign", 86, LETTERS)))
SCOPE: Final = "read:tenant_settings"
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  (a path)
SETTINGS_PATH: Final = "/api/v2/tenants/settings"
LIMIT: Final = 50


def _reply(request: Request, value: Any, status: int = 200, *, left: int = LIMIT - 1) -> Reply:
    limits = (
        ("x-ratelimit-limit", str(LIMIT)),
        ("x-ratelimit-remaining", str(left)),
        ("x-ratelimit-reset", str(int(request.at_s) + 3)),
    )
    mark = ("x-auth0-requestid", made_up(("auth0", request.number), 20))
    return json_reply(value, status, mark, *(limits if request.path.startswith("/api/") else ()))


def _error(request: Request, status: int, error: str, message: str, code: str = "", *, left: int = LIMIT - 1) -> Reply:
    body = {"statusCode": status, "error": error, "message": message, **({"errorCode": code} if code else {})}
    return _reply(request, body, status, left=left)


def answer(request: Request) -> Reply:
    if request.path == TOKEN_PATH:
        return _token(request)
    if request.path == "/.well-known/openid-configuration":
        issuer = f"https://{request.host}/"
        found = {"issuer": issuer, "token_endpoint": issuer + "oauth/token", "jwks_uri": issuer + ".well-known/jwks.json"}
        return _reply(request, {**found, "authorization_endpoint": issuer + "authorize", "response_types_supported": ["code"]})
    if request.path == "/.well-known/jwks.json":
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": made_up("auth0 kid", 21, LETTERS), "n": TOKEN[-80:], "e": "AQAB"}
        return _reply(request, {"keys": [key]})
    if request.bearer is None:
        return _error(request, 401, "Unauthorized", "Missing authentication")
    if request.bearer != TOKEN:
        return _error(request, 401, "Unauthorized", "Invalid token")
    if (request.method, request.path) != ("GET", SETTINGS_PATH):
        return _error(request, 404, "Not Found", "Not Found")
    return _reply(request, {"session_lifetime": 168})


def _token(request: Request) -> Reply:
    given = request.json() or request.form
    if not isinstance(given, dict) or (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return _denied(request, 401, "Unauthorized")
    if given.get("grant_type") != "client_credentials":
        words = f"Unsupported grant type: {given.get('grant_type')}"
        return _reply(request, {"error": "unsupported_grant_type", "error_description": words}, 403)
    if not given.get("audience"):
        return _denied(request, 403, "No audience parameter was provided, and no default audience has been configured")
    if given["audience"] != f"https://{TENANT}/api/v2/":
        return _denied(request, 403, f"Service not found: {given['audience']}")
    return _reply(request, {"access_token": TOKEN, "scope": SCOPE, "expires_in": 86_400, "token_type": "Bearer"})


def _denied(request: Request, status: int, words: str) -> Reply:
    return _reply(request, {"error": "access_denied", "error_description": words}, status)


def _refused_key(request: Request, _fault: Fault) -> Reply:
    return _denied(request, 401, "Unauthorized") if request.path == TOKEN_PATH else _error(request, 401, "Unauthorized", "Invalid token")


def _missing_scope(request: Request, _fault: Fault) -> Reply | None:
    if request.path == TOKEN_PATH:
        return None
    return _error(request, 403, "Forbidden", f"Insufficient scope, expected any of: {SCOPE}", "insufficient_scope")


def _quota(request: Request, _fault: Fault) -> Reply | None:
    """The headroom headers say when it is over; there is no Retry-After."""
    if request.path == TOKEN_PATH:
        return None
    return _error(request, 429, "Too Many Requests", "Global limit has been reached", "too_many_requests", left=0)


def _server_error(request: Request, fault: Fault) -> Reply:
    reason = "Service Unavailable" if fault.status == 503 else "Internal Server Error"
    return _error(request, fault.status, reason, "An internal server error occurred")


VENDOR: Final = Vendor(
    slug="auth0",
    name="Auth0",
    category="identity",
    answer=answer,
    says={
        Kind.REFUSED_KEY: _refused_key,
        Kind.MISSING_SCOPE: _missing_scope,
        Kind.QUOTA: _quota,
        Kind.SERVER_ERROR: _server_error,
    },
    secrets={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET},
    settings={"tenant_domain": TENANT},
    path=SETTINGS_PATH,
    page=feeds.auth0_page,
    components=("User Authentication", "Machine-to-Machine Authentication", "Multi-factor Authentication", "Management API"),
)
