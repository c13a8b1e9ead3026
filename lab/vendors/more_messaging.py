"""Microsoft Teams and Discord, in a few words (learn.microsoft.com/graph/errors, discord.com/developers/docs)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, plain


def _graph(status: int, code: str, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"error": {"code": code, "message": message}}, headers)


def _discord(status: int, code: int, message: str) -> No:
    return No(status, {"message": message, "code": code})


TEAMS: Final = plain(
    "microsoft_teams",
    "Microsoft Teams",
    "messaging",
    "/v1.0/me/joinedTeams?$top=1",
    {"value": [{"id": "893075dd-2487-4122-925f-022c42e20265", "displayName": "Operations"}]},
    {
        "refused_key": _graph(401, "InvalidAuthenticationToken", "Access token is empty or has expired."),
        "missing_scope": _graph(403, "Forbidden", "Missing scope permissions on the request."),
        "quota": _graph(429, "TooManyRequests", "Too many requests.", ("retry-after", "{wait}")),
        "server_error": _graph(0, "ServiceUnavailable", "The service is unavailable."),
    },
)
DISCORD: Final = plain(
    "discord",
    "Discord",
    "messaging",
    "/api/v10/users/@me",
    {"id": "1190427700018622514", "username": "integration-health", "bot": True},
    {
        "refused_key": _discord(401, 0, "401: Unauthorized"),
        "missing_scope": _discord(403, 50001, "Missing Access"),
        "quota": No(429, {"message": "You are being rate limited.", "retry_after": 30.0, "global": False}, (("retry-after", "{wait}"),)),
        "server_error": _discord(0, 0, "500: Internal Server Error"),
    },
    auth={"kind": "bearer", "scheme": "Bot", "token": "{token}"},
    components=("API", "Gateway", "Media Proxy"),
)
VENDORS: Final = (TEAMS, DISCORD)
