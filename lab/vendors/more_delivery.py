"""Vercel and CloudFront, in a few words (vercel.com/docs/rest-api#errors)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, plain


def _vercel(status: int, code: str, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"error": {"code": code, "message": message}}, headers)


VERCEL: Final = plain(
    "vercel",
    "Vercel",
    "delivery",
    "/v2/user",
    {"user": {"id": "ZspSRT4ljIEEmMHgoDwKWDei", "username": "shop-example", "softBlock": None}},
    {
        "refused_key": _vercel(403, "forbidden", "Not authorized"),
        "missing_scope": _vercel(403, "forbidden", "You don't have permission to access this resource."),
        "quota": _vercel(429, "rate_limited", "The rate limit of 500 exceeded for 'api-user-get'.", ("retry-after", "{wait}")),
        "server_error": _vercel(0, "internal_server_error", "An unexpected internal error occurred"),
    },
    components=("API", "Edge Network", "Builds", "Dashboard"),
)
CLOUDFRONT: Final = plain(
    "cloudfront",
    "CloudFront",
    "delivery",
    "/assets/health.json",
    {"ok": True},
    {"server_error": No(0, "The request could not be satisfied.", (("x-cache", "Error from cloudfront"),))},
    auth={},
    headers=(("x-cache", "Hit from cloudfront"), ("x-amz-cf-pop", "FRA60-P1")),
)
VENDORS: Final = (VERCEL, CLOUDFRONT)
