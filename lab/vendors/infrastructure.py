"""What a company runs on: Algolia, GitHub, and two ports that speak no HTTP (docs.github.com/en/rest/using-the-rest-api)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, api_key, plain
from lab.vendor import Vendor


def _github(status: int, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status or 503)}, headers)


ALGOLIA: Final = plain(
    "algolia",
    "Algolia",
    "infrastructure",
    "/1/keys/health",
    {"value": "health", "acl": ["search"], "validity": 0, "description": "integration health"},
    {
        "refused_key": No(403, {"message": "Invalid Application-ID or API key", "status": 403}),
        "missing_scope": No(403, {"message": "Method not allowed with this API key", "status": 403}),
        "quota": No(429, {"message": "Too Many Requests", "status": 429}),
        "server_error": No(0, {"message": "Internal server error", "status": 503}),
    },
    auth=api_key("X-Algolia-API-Key"),
    components=("Search API", "Indexing", "Dashboard"),
)
GITHUB: Final = plain(
    "github",
    "GitHub",
    "infrastructure",
    "/rate_limit",
    {"resources": {"core": {"limit": 5000, "remaining": 4876, "used": 124}}},
    {
        "no_key": _github(401, "Requires authentication"),
        "refused_key": _github(401, "Bad credentials"),
        "missing_scope": _github(403, "Resource not accessible by personal access token"),
        "quota": _github(403, "You have exceeded a secondary rate limit.", ("retry-after", "{wait}"), ("x-ratelimit-remaining", "0")),
        "server_error": _github(0, "No server is currently available to service your request."),
    },
    components=("API Requests", "Git Operations", "Webhooks", "Actions", "Pull Requests"),
    headers=(("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4876")),
)
POSTGRES: Final = Vendor("postgres_orders", "Postgres (orders)", "infrastructure", None)
REDIS: Final = Vendor("redis_sessions", "Redis (sessions)", "infrastructure", None)
VENDORS: Final = (ALGOLIA, GITHUB, POSTGRES, REDIS)
