"""Google Cloud Storage and Cloudinary, in a few words (cloud.google.com/storage/docs/json_api/v1/status-codes)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, basic, plain


def _google(status: int, reason: str, message: str) -> No:
    error = {"message": message, "domain": "global", "reason": reason}
    return No(status, {"error": {"code": status or 503, "message": message, "errors": [error]}})


def _cloudinary(status: int, message: str, *headers: tuple[str, str]) -> No:
    return No(status, {"error": {"message": message}}, (("x-cld-error", message), *headers))


GCS: Final = plain(
    "gcs",
    "Google Cloud Storage",
    "storage",
    "/storage/v1/b/shop-example-media?fields=name,location",
    {"name": "shop-example-media", "location": "EUROPE-WEST3"},
    {
        "refused_key": _google(401, "authError", "Invalid Credentials"),
        "missing_scope": _google(403, "forbidden", "The account does not have storage.buckets.get access to the bucket."),
        "quota": _google(429, "rateLimitExceeded", "The rate of requests to the bucket exceeds the rate limit."),
        "server_error": _google(0, "backendError", "We encountered an internal error. Please try again."),
    },
)
CLOUDINARY: Final = plain(
    "cloudinary",
    "Cloudinary",
    "storage",
    "/v1_1/shop-example/ping",
    {"status": "ok"},
    {
        "refused_key": _cloudinary(401, "unknown api_key"),
        "missing_scope": _cloudinary(403, "cloud_name is disabled"),
        "quota": _cloudinary(420, "Rate Limit Exceeded. Limit of 500 api operations reached.", ("x-featureratelimit-remaining", "0")),
        "server_error": _cloudinary(0, "General Error"),
    },
    auth=basic("shop-example"),
    components=("Upload API", "Admin API", "Media Delivery"),
)
VENDORS: Final = (GCS, CLOUDINARY)
